namespace ColFrag.Datasets.Making;

/// <summary>Makes pieces on several threads and hands them over in order; never more are alive than threads.</summary>
internal static class OrderedPieces
{
    public static async Task RunAsync<T>(
        long count, int threads, Func<long, T> make, Func<T, ValueTask> take, CancellationToken cancellationToken)
        where T : IDisposable
    {
        Queue<Task<T>> running = [];
        long next = 0;
        try
        {
            while (true)
            {
                while (running.Count < threads && next < count)
                {
                    long piece = next++;
                    running.Enqueue(Task.Run(() => make(piece), cancellationToken));
                }
                if (!running.TryPeek(out Task<T>? first)) return;
                using T made = await first.ConfigureAwait(false);
                _ = running.Dequeue();
                await take(made).ConfigureAwait(false);
            }
        }
        finally
        {
            foreach (Task<T> rest in running)
            {
                await ((Task)rest).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
                if (rest.IsCompletedSuccessfully) (await rest.ConfigureAwait(false)).Dispose();
            }
        }
    }
}
