using System.Collections.Frozen;
using System.Globalization;

namespace ColFrag.Engine.Functions.Time;

/// <summary>
/// What EST, CEST and their like mean behind a time: PostgreSQL's default set. Most stand for an offset, whatever the
/// zones that use them do in that season; a few for a zone.
/// </summary>
internal static class ZoneAbbreviations
{
    // Minutes east of Greenwich, or a zone, and what stands for it.
    private static readonly string[] s_table =
    [
        "-600 HST TAHT",
        "-570 MART",
        "-540 AKST GAMT",
        "-480 AKDT PST",
        "-420 MST PDT",
        "-360 CST GALT MDT",
        "-300 ACT CDT COT EST PET",
        "-240 AMT AST BOT EDT",
        "-210 NFT NST",
        "-180 ADT BRA BRT CLST GFT PMST PYST UYT WGT",
        "-150 NDT",
        "-120 BRST FNT PMDT UYST WGST",
        "-60 AZOT EGT FNST",
        "0 AZOST EGST GMT UCT UT UTC WET Z ZULU",
        "60 BST CET MET MEZ WAT WETDST",
        "120 BDST CEST CETDST EET IST MEST MESZ METDST SAST",
        "180 EAT EEST EETDST FET IDT",
        "210 IRT",
        "240 MSD MUT RET SCT",
        "270 AFT",
        "300 MUST MVT PKT TFT TJT UZT",
        "345 NPT",
        "360 ALMT BDT BTT KGST PKST UZST XJT YEKST",
        "390 MMT",
        "420 ALMST CXT ICT WAST",
        "480 AWST BNT BORT CCT HKT MYT PHT WADT",
        "525 ACWST",
        "540 AWSST JAYT JST KST PWT ULAST WDT",
        "570 ACST CAST",
        "600 AEST CHUT DDUT KDT LIGT MPT PGT TRUT YAPT",
        "630 ACDT ACSST CADT LHST SADT",
        "660 AEDT AESST PONT VUT",
        "720 FJT GILT MHT NZST NZT TVT WAKT WFT",
        "765 CHAST",
        "780 FJST NZDT TOT",
        "825 CHADT",
        "America/Argentina/Buenos_Aires ARST ART",
        "America/Asuncion PYT",
        "America/Caracas VET",
        "America/Guyana GYT",
        "America/Santiago CLT",
        "Antarctica/Davis DAVT",
        "Antarctica/Mawson MAWT",
        "Asia/Anadyr ANAST ANAT",
        "Asia/Ashgabat TMT",
        "Asia/Baku AZST AZT",
        "Asia/Bishkek KGT",
        "Asia/Colombo LKT",
        "Asia/Irkutsk IRKST IRKT",
        "Asia/Kamchatka PETST PETT",
        "Asia/Krasnoyarsk KRAST KRAT",
        "Asia/Magadan MAGST MAGT",
        "Asia/Novosibirsk NOVST NOVT",
        "Asia/Omsk OMSST OMST",
        "Asia/Singapore SGT",
        "Asia/Tbilisi GEST GET",
        "Asia/Ulaanbaatar ULAT",
        "Asia/Vladivostok VLAST VLAT",
        "Asia/Yakutsk YAKST YAKT",
        "Asia/Yekaterinburg YEKT",
        "Asia/Yerevan AMST",
        "Atlantic/Stanley FKST FKT",
        "Australia/Lord_Howe LHDT",
        "Europe/Moscow MSK",
        "Europe/Volgograd VOLT",
        "Indian/Chagos IOT",
        "Pacific/Easter EASST EAST",
        "Pacific/Fakaofo TKT",
        "Pacific/Kiritimati LINT",
        "Pacific/Kosrae KOST",
        "Pacific/Niue NUT",
        "Pacific/Rarotonga CKT",
    ];

    private static readonly FrozenDictionary<string, TimeZoneRules> s_zones = Read();

    /// <summary>The zone that an abbreviation stands for; null where there is none.</summary>
    public static TimeZoneRules? Find(string name) => s_zones.GetValueOrDefault(name);

    private static FrozenDictionary<string, TimeZoneRules> Read()
    {
        Dictionary<string, TimeZoneRules> zones = new(StringComparer.OrdinalIgnoreCase);
        foreach (string line in s_table)
        {
            string[] words = line.Split(' ');
            bool isOffset = int.TryParse(
                words[0], NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out int minutes);
            foreach (string name in words[1..])
            {
                TimeZoneRules? zone = isOffset
                    ? new TimeZoneRules(name, [], [minutes * 60], null) : ZoneArchive.BuiltIn.Find(words[0]);
                if (zone is not null) zones[name] = zone;
            }
        }
        return zones.ToFrozenDictionary(StringComparer.OrdinalIgnoreCase);
    }
}
