using System.Diagnostics;
using System.Globalization;
using System.Text.Json.Nodes;

namespace ColFrag.Benchmarks.Suites;

/// <summary>An engine refused a request, or its process ended.</summary>
internal sealed class EngineFailedException(string message, bool isGone) : Exception(message)
{
    /// <summary>True when there is no process any more.</summary>
    public bool IsGone => isGone;
}

/// <summary>
/// One engine in a process of its own, asked by lines of JSON, so that its memory and processor time can be told from
/// everybody else's and a query that hangs takes nothing with it.
/// </summary>
internal sealed class EngineProcess : IDisposable
{
    private readonly Process _process;

    private EngineProcess(Process process) => _process = process;

    /// <summary>Processor time so far, in milliseconds; 0 where the system does not tell.</summary>
    public double CpuMilliseconds
    {
        get
        {
            _process.Refresh();
            return _process.HasExited ? 0 : _process.TotalProcessorTime.TotalMilliseconds;
        }
    }

    public static EngineProcess Start(Engine engine)
    {
        ProcessStartInfo start = new(engine.Program, engine.Arguments)
        {
            RedirectStandardInput = true, RedirectStandardOutput = true,
        };
        return new EngineProcess(Process.Start(start)!);
    }

    /// <summary>Asks, and gives the answer.</summary>
    /// <exception cref="EngineFailedException">The answer is an error, or there is none in time.</exception>
    public async Task<JsonNode> AskAsync(JsonObject request, TimeSpan limit)
    {
        using CancellationTokenSource timeout = new(limit);
        string? line;
        try
        {
            await _process.StandardInput.WriteLineAsync(request.ToJsonString().AsMemory(), timeout.Token)
                .ConfigureAwait(false);
            await _process.StandardInput.FlushAsync(timeout.Token).ConfigureAwait(false);
            line = await _process.StandardOutput.ReadLineAsync(timeout.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException)
        {
            _process.Kill(entireProcessTree: true);
            throw new EngineFailedException($"no answer in {limit.TotalSeconds:0} s", isGone: true);
        }
        catch (IOException)
        {
            line = null;
        }
        if (line is null) throw new EngineFailedException("the process ended", isGone: true);
        JsonNode answer = JsonNode.Parse(line)!;
        return answer["ok"]!.GetValue<bool>()
            ? answer
            : throw new EngineFailedException(answer["error"]!.GetValue<string>(), isGone: false);
    }

    /// <summary>Starts a new peak of resident memory (Linux).</summary>
    public void ResetPeak()
    {
        string file = $"/proc/{_process.Id}/clear_refs";
        if (File.Exists(file)) File.WriteAllText(file, "5");
    }

    /// <summary>The most memory that was resident since the last reset, in MiB.</summary>
    public double PeakMebibytes()
    {
        string file = $"/proc/{_process.Id}/status";
        if (!File.Exists(file)) return _process.PeakWorkingSet64 / 1048576.0;
        string line = File.ReadLines(file).First(l => l.StartsWith("VmHWM:", StringComparison.Ordinal));
        return double.Parse(line.Split(' ', StringSplitOptions.RemoveEmptyEntries)[^2], CultureInfo.InvariantCulture) /
            1024;
    }

    public void Dispose()
    {
        if (!_process.HasExited)
        {
            _process.StandardInput.Close();
            if (!_process.WaitForExit(10_000)) _process.Kill(entireProcessTree: true);
        }
        _process.Dispose();
    }
}
