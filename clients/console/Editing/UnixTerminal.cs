using System.Runtime.InteropServices;
using System.Runtime.Versioning;
using System.Text;
using Microsoft.Win32.SafeHandles;

namespace ColFrag.Console.Editing;

/// <summary>
/// The controlling terminal on Linux and macOS. Raw mode comes from termios, bytes from handle 0 itself: the console of
/// .NET decodes keys in a way that loses the borders of a paste.
/// </summary>
[UnsupportedOSPlatform("windows")]
sealed partial class UnixTerminal : ITerminal, IDisposable
{
    /// <summary>How long bytes that could start a sequence wait for the rest of it.</summary>
    private static readonly TimeSpan s_sequencePause = TimeSpan.FromMilliseconds(40);
    /// <summary>How often a waiting editor looks whether the window has another size.</summary>
    private static readonly TimeSpan s_resizePause = TimeSpan.FromMilliseconds(200);

    private const int StandardInput = 0;
    private const int StandardOutput = 1;
    private const int ApplyAfterOutput = 1;
    // A termios is 60 bytes on Linux and 72 on macOS; its fields are touched by cfmakeraw alone.
    private const int TermiosBytes = 256;

    private readonly KeyDecoder _decoder = new();
    private readonly FileStream _output = new(
        new SafeFileHandle(StandardOutput, ownsHandle: false), FileAccess.Write, bufferSize: 0);
    private readonly PosixSignalRegistration _windowChange;
    private volatile bool _isResized;

    public UnixTerminal() =>
        _windowChange = PosixSignalRegistration.Create(PosixSignal.SIGWINCH, _ => _isResized = true);

    public int Columns => Size(System.Console.WindowWidth, 80);

    public int Rows => Size(System.Console.WindowHeight, 24);

    public IDisposable BeginKeys() => new RawMode(this);

    public Key ReadKey()
    {
        Span<byte> bytes = stackalloc byte[4096];
        while (true)
        {
            if (_decoder.TryRead(isQuiet: false, out Key key)) return key;
            if (_isResized)
            {
                _isResized = false;
                return new Key(KeyCode.Resize);
            }
            int ready = WaitForInput(_decoder.HasPending ? s_sequencePause : s_resizePause);
            if (ready == 0 && _decoder.HasPending && _decoder.TryRead(isQuiet: true, out key)) return key;
            if (ready <= 0) continue;
            nint count = Read(StandardInput, ref MemoryMarshal.GetReference(bytes), bytes.Length);
            if (count > 0) _decoder.Append(bytes[..(int)count]);
            else if (count == 0 || Marshal.GetLastPInvokeError() != InterruptedCall) return new Key(KeyCode.EndOfInput);
        }
    }

    public void Write(string text)
    {
        _output.Write(Encoding.UTF8.GetBytes(text));
        _output.Flush();
    }

    public void Dispose()
    {
        _windowChange.Dispose();
        _output.Dispose();
    }

    private static int Size(int reported, int fallback) => reported > 0 ? reported : fallback;

    /// <summary>More than 0 when a read would not wait, 0 after the time.</summary>
    private static int WaitForInput(TimeSpan time)
    {
        PollRequest request = new() { Handle = StandardInput, Wanted = PollReadable };
        return Poll(ref request, 1, (int)time.TotalMilliseconds);
    }

    private sealed class RawMode : IDisposable
    {
        private readonly UnixTerminal _terminal;
        private readonly byte[] _before = new byte[TermiosBytes];
        private readonly bool _isChanged;

        public RawMode(UnixTerminal terminal)
        {
            _terminal = terminal;
            if (GetAttributes(StandardInput, ref _before[0]) != 0) return;
            byte[] raw = (byte[])_before.Clone();
            MakeRaw(ref raw[0]);
            _isChanged = SetAttributes(StandardInput, ApplyAfterOutput, ref raw[0]) == 0;
            // From here on a paste comes between brackets.
            _terminal.Write("\e[?2004h");
        }

        public void Dispose()
        {
            _terminal.Write("\e[?2004l");
            if (_isChanged) _ = SetAttributes(StandardInput, ApplyAfterOutput, ref _before[0]);
        }
    }

    private const short PollReadable = 1;
    private const int InterruptedCall = 4;

    [StructLayout(LayoutKind.Sequential)]
    private struct PollRequest
    {
        public int Handle;
        public short Wanted;
        public short Happened;
    }

    [LibraryImport("libc", EntryPoint = "tcgetattr", SetLastError = true)]
    private static partial int GetAttributes(int handle, ref byte attributes);

    [LibraryImport("libc", EntryPoint = "tcsetattr", SetLastError = true)]
    private static partial int SetAttributes(int handle, int when, ref byte attributes);

    [LibraryImport("libc", EntryPoint = "cfmakeraw")]
    private static partial void MakeRaw(ref byte attributes);

    [LibraryImport("libc", EntryPoint = "poll", SetLastError = true)]
    private static partial int Poll(ref PollRequest requests, uint count, int milliseconds);

    [LibraryImport("libc", EntryPoint = "read", SetLastError = true)]
    private static partial nint Read(int handle, ref byte buffer, nint count);
}
