using ColFrag.Engine.Formats.Output;

namespace ColFrag.Datasets.Generators.Hits;

/// <summary>What follows the site in a page's address: one of ten shapes.</summary>
internal static class HitPaths
{
    public static void Append(
        TextOutput text, HitTexts words, Scrambling random, long site, long page, long number)
    {
        switch (random.Below(page, 21, 10))
        {
            case 0:
                text.Append("index.php?show"u8);
                Word(page, 42);
                text.Append("/login-"u8);
                Word(page, 43);
                Number(page, 44, 10_000_000);
                text.Append(","u8);
                Number(page, 45, 1_000_000_000);
                break;
            case 1:
                Word(page, 42);
                text.Append("/"u8);
                Word(page, 43);
                text.Append("/"u8);
                Number(page, 44, 1_000_000);
                text.Append(".html"u8);
                break;
            case 2:
                Word(site, 42);
                text.Append("/?state="u8);
                Number(page, 44, 100_000_000);
                text.Append("&from="u8);
                Word(page, 45);
                text.Append("&input_"u8);
                Word(page, 46);
                text.Append("="u8);
                Number(page, 47, 1_000);
                break;
            case 3:
                Word(site, 42);
                text.Append("/"u8);
                Word(site, 43);
                text.Append("/"u8);
                Word(page, 44);
                text.Append("-"u8);
                Word(page, 45);
                text.Append("-"u8);
                Number(page, 46, 100_000);
                break;
            case 4:
                text.Append("catalog/"u8);
                Number(site, 42, 1_000);
                text.Append("/"u8);
                Number(page, 43, 100_000);
                text.Append("/"u8);
                Word(page, 44);
                text.Append("-v-"u8);
                Word(page, 45);
                break;
            case 5:
                text.Append("search?text="u8);
                Word(page, 42);
                text.Append("+"u8);
                Word(page, 43);
                text.Append("+"u8);
                Word(page, 44);
                text.Append("&page="u8);
                Number(page, 45, 30);
                text.Append("&sort="u8);
                Word(site, 46);
                break;
            case 6:
                Word(site, 42);
                text.Append(".php?category_id="u8);
                Number(page, 43, 300);
                text.Append("&model="u8);
                Word(page, 44);
                text.Append("&price_ot="u8);
                text.Append(random.Below(page, 45, 100) * 100);
                text.Append("&price_do="u8);
                text.Append(random.Below(page, 46, 900) * 1_000);
                text.Append("&year="u8);
                text.Append(1990 + random.Below(page, 47, 24));
                text.Append("&color="u8);
                Word(page, 48);
                text.Append("&body="u8);
                Word(page, 49);
                text.Append("&transmission="u8);
                Number(page, 50, 4);
                break;
            case 7:
                text.Append("news/"u8);
                text.Append(2010 + random.Below(page, 42, 4));
                text.Append("/"u8);
                text.Append(1 + random.Below(page, 43, 12));
                text.Append("/"u8);
                text.Append(1 + random.Below(page, 44, 28));
                text.Append("/"u8);
                Word(page, 45);
                text.Append("-"u8);
                Word(page, 46);
                text.Append("-"u8);
                Word(page, 47);
                break;
            case 8:
                text.Append("real-estate/"u8);
                Word(site, 42);
                text.Append("/out-of-town/houses/"u8);
                Word(page, 43);
                text.Append("?rooms="u8);
                Number(page, 44, 6);
                text.Append("&page"u8);
                Number(page, 45, 100);
                text.Append("="u8);
                Word(page, 46);
                text.Append("#"u8);
                Word(page, 47);
                break;
            default:
                // The first pages of a site are its front page.
                if (number < 3) break;
                Word(page, 42);
                text.Append("/"u8);
                break;
        }

        void Word(long of, int purpose) => text.Append(words.Latin(of, purpose));

        void Number(long of, int purpose, long count) => text.Append(random.Below(of, purpose, count));
    }
}
