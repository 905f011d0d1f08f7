using System.Text;
using ColFrag.Engine.Functions.Text;

namespace ColFrag.Engine.Tests.Functions;

public sealed class Utf8Tests
{
    [Fact]
    public void Characters_are_counted_at_every_length()
    {
        Random random = new(1);
        string[] characters = ["a", "ä", "€", "😀", "\u0001", "\u07ff"];
        for (int count = 0; count < 150; count++)
        {
            string text = string.Concat(Enumerable.Range(0, count).Select(_ => characters[random.Next(6)]));
            Assert.Equal(count, Utf8.Count(Encoding.UTF8.GetBytes(text)));
            Assert.Equal(count, Utf8.Count(Encoding.UTF8.GetBytes(new string('a', count))));
        }
    }
}
