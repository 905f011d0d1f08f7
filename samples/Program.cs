using ColFrag.Samples;

// dotnet run --project samples -- embedded | linq | adonet
return await SampleList.RunAsync(args.Length == 0 ? "embedded" : args[0], Console.Out);
