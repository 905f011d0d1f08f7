using ColFrag.Engine.Errors;
using ColFrag.Engine.Store;

namespace ColFrag.Engine.Tests.Store;

public sealed class DeleteVectorTests
{
    [Fact]
    public void What_is_written_reads_back_equal_in_either_form()
    {
        foreach (int rowCount in new[] { 0, 1, 63, 64, 65, 1000, 1 << 20 })
        {
            foreach (int step in new[] { 1, 2, 63, 64, 1000, int.MaxValue })
            {
                int[] rows = [.. Enumerable.Range(0, rowCount).Where(r => r % step == 0)];
                DeleteVector vector = DeleteVector.Of(rowCount, rows);
                DeleteVector read = DeleteVector.Read(vector.ToBytes(), "test");
                Assert.Equal(rows, read.Rows());
                Assert.Equal((rowCount, rows.Length), (read.RowCount, read.DeletedCount));
            }
        }
    }

    [Fact]
    public void A_few_deleted_rows_take_few_bytes() =>
        Assert.True(DeleteVector.Of(1 << 20, [5, 1_000_000]).ToBytes().Length < 40);

    [Fact]
    public void Sets_of_rows_combine()
    {
        DeleteVector odd = DeleteVector.Of(100, Enumerable.Range(0, 100).Where(r => r % 2 == 1));
        DeleteVector low = DeleteVector.Of(100, Enumerable.Range(0, 10));
        Assert.Equal(55, odd.Or(low).DeletedCount);
        Assert.Equal([0, 2, 4, 6, 8], low.Except(odd).Rows());
        Assert.True(odd.Intersects(low));
        Assert.False(odd.Intersects(DeleteVector.Of(100, [0, 2, 98])));
        Assert.Equal(45, odd.Or(low).CountLiveBefore(100));
        Assert.Equal(1, odd.Or(low).CountLiveBefore(11));
        Assert.Equal(35, odd.Or(low).CountLiveBefore(80));
        Assert.Equal(0, DeleteVector.None(100).DeletedCount);
    }

    [Fact]
    public void Damaged_bytes_are_found()
    {
        foreach (DeleteVector vector in new[]
        {
            DeleteVector.Of(1000, [1, 500, 999]), DeleteVector.Of(100, Enumerable.Range(0, 50)), DeleteVector.None(0),
        })
        {
            byte[] bytes = vector.ToBytes();
            for (int bit = 0; bit < bytes.Length * 8; bit++)
            {
                byte[] damaged = [.. bytes];
                damaged[bit / 8] ^= (byte)(1 << (bit % 8));
                Assert.Throws<CorruptDataException>(() => DeleteVector.Read(damaged, "test"));
            }
            for (int length = 0; length < bytes.Length; length++)
            {
                Assert.Throws<CorruptDataException>(() => DeleteVector.Read(bytes.AsSpan(0, length), "test"));
            }
        }
    }
}
