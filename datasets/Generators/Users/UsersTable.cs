using System.Globalization;
using System.Text;
using ColFrag.Datasets.Making;
using ColFrag.Engine.Errors;
using ColFrag.Engine.Types;

namespace ColFrag.Datasets.Generators.Users;

/// <summary>
/// Invented users, for examples: at scale 0 the four of users.csv, which are also the first of any other scale.
/// </summary>
internal sealed class UsersTable : TableGenerator
{
    private const int PieceRows = 65_536;
    private const long MostRows = 1_000_000_000;

    /// <summary>1 January 1940, and the days until the end of 2007.</summary>
    private const int FirstBirthday = -10_957, Birthdays = 24_837;

    private static readonly Scrambling s_random = new(64);

    private static readonly byte[][] s_firstNames = Words(
        "Ada Bruno Chiyo Dalia Emil Fatima Goran Hana Ines Jakob Karin Lucas Mei Nadia Oskar Paula Quentin Rosa " +
        "Samir Tomoko Uwe Vera Wiktor Xenia Yusuf Zora Amara Björn Chloé Duarte");

    private static readonly byte[][] s_lastNames = Words(
        "Berg Costa Diaz Eriksen Fischer García Hansen Ito Jansen Kowalski Lindqvist Moreau Novak Okafor Petrov " +
        "Quispe Rossi Sato Tanaka Ueda Vargas Weber Xu Yilmaz Zhang Ångström Müller Nguyen Oliveira Schmidt");

    private static readonly (byte[] City, byte[] Country)[] s_cities =
    [
        .. new (string City, string Country)[]
        {
            ("Potsdam", "Germany"), ("Lyon", "France"), ("Osaka", "Japan"), ("Quito", "Ecuador"), ("Porto", "Portugal"),
            ("Gdańsk", "Poland"), ("Bergen", "Norway"), ("Lagos", "Nigeria"), ("Pune", "India"), ("Turin", "Italy"),
            ("Izmir", "Türkiye"), ("Seville", "Spain"), ("Hanoi", "Vietnam"), ("Malmö", "Sweden"), ("Cusco", "Peru"),
            ("Leipzig", "Germany"), ("Lille", "France"), ("Sapporo", "Japan"), ("Utrecht", "Netherlands"),
            ("Brno", "Czechia"),
        }.Select(c => (Encoding.UTF8.GetBytes(c.City), Encoding.UTF8.GetBytes(c.Country))),
    ];

    private readonly string[][] _first;
    private readonly long _count;

    public UsersTable(double scale)
    {
        if (!(scale * 1e6 is >= 0 and <= MostRows))
        {
            throw new QueryException(
                SqlStates.InvalidParameterValue, $"No scale of users: {scale}",
                hint: "A scale of 1 is a million rows, 0 is four; it is a number from 0 to 1000.");
        }
        using Stream stream = typeof(UsersTable).Assembly.GetManifestResourceStream("ColFrag.Datasets.users.csv")!;
        using StreamReader reader = new(stream);
        _first = [.. reader.ReadToEnd().TrimEnd().Split('\n').Skip(1).Select(line => line.Split(','))];
        _count = Math.Max(_first.Length, (long)Math.Round(scale * 1e6));
    }

    public override string Name => "users";

    public override Schema Schema { get; } = new(
        new Field("user_id", LogicalType.Integer, IsNullable: false), new Field("fname", LogicalType.Varchar),
        new Field("lname", LogicalType.Varchar), new Field("city", LogicalType.Varchar),
        new Field("country", LogicalType.Varchar), new Field("account", LogicalType.Decimal(12, 2)),
        new Field("birthdate", LogicalType.Date));

    public override long PieceCount => (_count + PieceRows - 1) / PieceRows;

    public override void Make(long piece, RowBlock rows)
    {
        long first = piece * PieceRows;
        for (long row = first; row < Math.Min(_count, first + PieceRows); row++)
        {
            if (row < _first.Length) AppendGiven(_first[row], rows);
            else AppendInvented(row, rows);
            rows.EndRow();
        }
    }

    private static void AppendGiven(string[] fields, RowBlock rows)
    {
        rows.Integer(int.Parse(fields[0], CultureInfo.InvariantCulture));
        for (int i = 1; i <= 4; i++)
        {
            if (fields[i].Length == 0) rows.Null();
            else rows.Text(Encoding.UTF8.GetBytes(fields[i]));
        }
        if (fields[5].Length == 0) rows.Null();
        else rows.Integer((long)(decimal.Parse(fields[5], CultureInfo.InvariantCulture) * 100));
        if (fields[6].Length == 0) rows.Null();
        else rows.Integer(DateOnly.Parse(fields[6], CultureInfo.InvariantCulture).DayNumber - DateOnly.FromDateTime(
            DateTime.UnixEpoch).DayNumber);
    }

    // One value of 32 is NULL; a user without a country has no city.
    private static void AppendInvented(long row, RowBlock rows)
    {
        (byte[] city, byte[] country) = s_cities[s_random.Zipf(row, 3, s_cities.Length + 1) - 1];
        bool hasCountry = HasValue(row, 13);
        rows.Integer(row + 1);
        TextOrNull(s_firstNames[s_random.Below(row, 1, s_firstNames.Length)], HasValue(row, 11), rows);
        TextOrNull(s_lastNames[s_random.Below(row, 2, s_lastNames.Length)], HasValue(row, 12), rows);
        TextOrNull(city, hasCountry && HasValue(row, 14), rows);
        TextOrNull(country, hasCountry, rows);
        if (HasValue(row, 15)) rows.Integer(s_random.Zipf(row, 4, 10_000_000) - 5_000 + s_random.Below(row, 5, 5_000));
        else rows.Null();
        if (HasValue(row, 16)) rows.Integer(FirstBirthday + s_random.Below(row, 6, Birthdays));
        else rows.Null();
    }

    private static bool HasValue(long row, int purpose) => s_random.Below(row, purpose, 32) > 0;

    private static void TextOrNull(byte[] text, bool hasValue, RowBlock rows)
    {
        if (hasValue) rows.Text(text);
        else rows.Null();
    }

    private static byte[][] Words(string words) => [.. words.Split(' ').Select(Encoding.UTF8.GetBytes)];
}
