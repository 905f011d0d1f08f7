namespace ColFrag.Engine.Sql;

/// <summary>Finds the word that was probably meant.</summary>
internal static class Spelling
{
    /// <summary>The candidate nearest to a word, if it is near enough to be meant; else null.</summary>
    public static string? FindNear(string word, IEnumerable<string> candidates)
    {
        string? best = null;
        int bestDistance = word.Length <= 2 ? 1 : word.Length <= 5 ? 2 : 3;
        foreach (string candidate in candidates)
        {
            // The difference in length is a lower bound, and most candidates end here.
            if (Math.Abs(candidate.Length - word.Length) >= bestDistance) continue;
            int distance = Distance(word, candidate);
            if (distance >= bestDistance) continue;
            best = candidate;
            bestDistance = distance;
        }
        return best;
    }

    /// <summary>
    /// How many letters must be inserted, removed, replaced or swapped with their neighbor to make one word of the
    /// other (optimal string alignment).
    /// </summary>
    public static int Distance(ReadOnlySpan<char> left, ReadOnlySpan<char> right)
    {
        int[,] cost = new int[left.Length + 1, right.Length + 1];
        for (int i = 0; i <= left.Length; i++) cost[i, 0] = i;
        for (int j = 0; j <= right.Length; j++) cost[0, j] = j;
        for (int i = 1; i <= left.Length; i++)
        {
            for (int j = 1; j <= right.Length; j++)
            {
                int replace = cost[i - 1, j - 1] + (left[i - 1] == right[j - 1] ? 0 : 1);
                int least = Math.Min(replace, Math.Min(cost[i - 1, j], cost[i, j - 1]) + 1);
                if (i > 1 && j > 1 && left[i - 1] == right[j - 2] && left[i - 2] == right[j - 1])
                {
                    least = Math.Min(least, cost[i - 2, j - 2] + 1);
                }
                cost[i, j] = least;
            }
        }
        return cost[left.Length, right.Length];
    }
}
