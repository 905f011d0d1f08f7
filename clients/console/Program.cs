namespace ColFrag.Console;

/// <summary>The door to everything that ColFrag does from a command line.</summary>
static class Program
{
    public static int Main(string[] arguments)
    {
        System.Console.WriteLine("ColFrag " + typeof(Program).Assembly.GetName().Version);
        return 0;
    }
}
