namespace ColFrag.Datasets.Generators.Tpch;

/// <summary>
/// What orders and line items draw from the same streams, each for itself: an order's total and status follow from its
/// lines.
/// </summary>
internal struct OrderStreams(TpchScale scale)
{
    /// <summary>Lines of an order at most; each takes its share of the streams, there or not.</summary>
    public const int MostLines = 7;

    /// <summary>17 June 1995: what was to be shipped or received until then, was.</summary>
    public const int Today = 9_298;

    /// <summary>1 January 1992.</summary>
    private const int FirstDay = 8_035;

    /// <summary>The last order is so early that its lines arrive in 1998.</summary>
    private const int OrderDays = 2_557 - 151;

    private RandomStream _dates = new(1_066_728_069);
    private RandomStream _lineCounts = new(1_434_868_289);
    private RandomStream _quantities = new(209_208_115, MostLines);
    private RandomStream _discounts = new(554_590_007, MostLines);
    private RandomStream _taxes = new(721_958_466, MostLines);
    private RandomStream _parts = new(1_808_217_256, MostLines);
    private RandomStream _shipDates = new(1_769_349_045, MostLines);

    /// <summary>The order's day.</summary>
    public int OrderDate { get; private set; }

    public int LineCount { get; private set; }

    /// <summary>The key of an order, counted from 1: of 32 keys in a row the first 8 are used.</summary>
    public static long KeyOf(long order) => (order >> 3 << 5) | (order & 7);

    /// <summary>Begins the next order.</summary>
    public void BeginOrder()
    {
        OrderDate = FirstDay + _dates.Next(0, OrderDays - 1);
        LineCount = _lineCounts.Next(1, MostLines);
    }

    /// <summary>The order's next line.</summary>
    public Line NextLine()
    {
        int quantity = _quantities.Next(1, 50), discount = _discounts.Next(0, 10), tax = _taxes.Next(0, 8);
        int part = _parts.Next(1, scale.Parts);
        return new Line(quantity, discount, tax, part, OrderDate + _shipDates.Next(1, 121));
    }

    public void EndOrder()
    {
        _dates.EndRow();
        _lineCounts.EndRow();
        _quantities.EndRow();
        _discounts.EndRow();
        _taxes.EndRow();
        _parts.EndRow();
        _shipDates.EndRow();
    }

    public void SkipOrders(long count)
    {
        _dates.SkipRows(count);
        _lineCounts.SkipRows(count);
        _quantities.SkipRows(count);
        _discounts.SkipRows(count);
        _taxes.SkipRows(count);
        _parts.SkipRows(count);
        _shipDates.SkipRows(count);
    }

    /// <summary>One line of an order; discount and tax in hundredths, the day as days since 1970.</summary>
    public readonly record struct Line(int Quantity, int Discount, int Tax, int Part, int ShipDate)
    {
        /// <summary>Quantity times price, in cents.</summary>
        public long ExtendedPrice => PartTable.Price(Part) * Quantity;

        /// <summary>What the line adds to the order's total; each step is rounded down to cents.</summary>
        public long Total => ExtendedPrice * (100 - Discount) / 100 * (100 + Tax) / 100;

        public bool IsShipped => ShipDate <= Today;
    }
}
