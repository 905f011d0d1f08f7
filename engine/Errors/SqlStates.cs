namespace ColFrag.Engine.Errors;

/// <summary>The SQLSTATE codes in use, named as in PostgreSQL's appendix A.</summary>
public static class SqlStates
{
    /// <summary>08006</summary>
    public const string ConnectionFailure = "08006";
    /// <summary>08P01</summary>
    public const string ProtocolViolation = "08P01";
    /// <summary>0A000</summary>
    public const string FeatureNotSupported = "0A000";
    /// <summary>21000</summary>
    public const string CardinalityViolation = "21000";
    /// <summary>22001</summary>
    public const string StringTooLong = "22001";
    /// <summary>22003</summary>
    public const string NumericOutOfRange = "22003";
    /// <summary>22007</summary>
    public const string InvalidDatetimeFormat = "22007";
    /// <summary>22008</summary>
    public const string DatetimeOverflow = "22008";
    /// <summary>22011</summary>
    public const string SubstringError = "22011";
    /// <summary>22012</summary>
    public const string DivisionByZero = "22012";
    /// <summary>22015</summary>
    public const string IntervalFieldOverflow = "22015";
    /// <summary>2201B</summary>
    public const string InvalidRegularExpression = "2201B";
    /// <summary>2201E</summary>
    public const string InvalidArgumentForLogarithm = "2201E";
    /// <summary>2201F</summary>
    public const string InvalidArgumentForPower = "2201F";
    /// <summary>22021</summary>
    public const string CharacterNotInRepertoire = "22021";
    /// <summary>22023</summary>
    public const string InvalidParameterValue = "22023";
    /// <summary>22025</summary>
    public const string InvalidEscapeSequence = "22025";
    /// <summary>22033</summary>
    public const string InvalidJsonSubscript = "22033";
    /// <summary>22036</summary>
    public const string NonNumericJsonItem = "22036";
    /// <summary>22038</summary>
    public const string SingletonJsonItemRequired = "22038";
    /// <summary>22039</summary>
    public const string JsonArrayNotFound = "22039";
    /// <summary>2203A</summary>
    public const string JsonMemberNotFound = "2203A";
    /// <summary>2203B</summary>
    public const string JsonNumberNotFound = "2203B";
    /// <summary>22P02</summary>
    public const string InvalidTextRepresentation = "22P02";
    /// <summary>22P04</summary>
    public const string BadCopyFileFormat = "22P04";
    /// <summary>22P05</summary>
    public const string UntranslatableCharacter = "22P05";
    /// <summary>23502</summary>
    public const string NotNullViolation = "23502";
    /// <summary>23505</summary>
    public const string UniqueViolation = "23505";
    /// <summary>23514</summary>
    public const string CheckViolation = "23514";
    /// <summary>25001</summary>
    public const string ActiveSqlTransaction = "25001";
    /// <summary>25P02</summary>
    public const string InFailedTransaction = "25P02";
    /// <summary>55000</summary>
    public const string ObjectNotInPrerequisiteState = "55000";

    /// <summary>25006</summary>
    public const string ReadOnlyTransaction = "25006";
    /// <summary>26000</summary>
    public const string InvalidStatementName = "26000";
    /// <summary>28000</summary>
    public const string InvalidAuthorization = "28000";
    /// <summary>28P01</summary>
    public const string InvalidPassword = "28P01";
    /// <summary>2BP01</summary>
    public const string DependentObjectsStillExist = "2BP01";
    /// <summary>38000</summary>
    public const string ExternalRoutineException = "38000";
    /// <summary>3F000</summary>
    public const string InvalidSchemaName = "3F000";
    /// <summary>40001</summary>
    public const string SerializationFailure = "40001";
    /// <summary>42501</summary>
    public const string InsufficientPrivilege = "42501";
    /// <summary>42601</summary>
    public const string SyntaxError = "42601";
    /// <summary>42622</summary>
    public const string NameTooLong = "42622";
    /// <summary>42701</summary>
    public const string DuplicateColumn = "42701";
    /// <summary>42702</summary>
    public const string AmbiguousColumn = "42702";
    /// <summary>42703</summary>
    public const string UndefinedColumn = "42703";
    /// <summary>42704</summary>
    public const string UndefinedObject = "42704";
    /// <summary>42710</summary>
    public const string DuplicateObject = "42710";
    /// <summary>42712</summary>
    public const string DuplicateAlias = "42712";
    /// <summary>42723</summary>
    public const string DuplicateFunction = "42723";
    /// <summary>42725</summary>
    public const string AmbiguousFunction = "42725";
    /// <summary>42803</summary>
    public const string GroupingError = "42803";
    /// <summary>42804</summary>
    public const string DatatypeMismatch = "42804";
    /// <summary>42809</summary>
    public const string WrongObjectType = "42809";
    /// <summary>42846</summary>
    public const string CannotCoerce = "42846";
    /// <summary>42883</summary>
    public const string UndefinedFunction = "42883";
    /// <summary>42P01</summary>
    public const string UndefinedTable = "42P01";
    /// <summary>42P06</summary>
    public const string DuplicateSchema = "42P06";
    /// <summary>42P07</summary>
    public const string DuplicateTable = "42P07";
    /// <summary>42P10</summary>
    public const string InvalidColumnReference = "42P10";
    /// <summary>42P13</summary>
    public const string InvalidFunctionDefinition = "42P13";
    /// <summary>42P18</summary>
    public const string IndeterminateDatatype = "42P18";
    /// <summary>42P20</summary>
    public const string WindowingError = "42P20";
    /// <summary>53100</summary>
    public const string DiskFull = "53100";
    /// <summary>53200</summary>
    public const string OutOfMemory = "53200";
    /// <summary>53400</summary>
    public const string ConfigurationLimitExceeded = "53400";
    /// <summary>54000</summary>
    public const string ProgramLimitExceeded = "54000";
    /// <summary>54001</summary>
    public const string StatementTooComplex = "54001";
    /// <summary>55006</summary>
    public const string ObjectInUse = "55006";
    /// <summary>57014</summary>
    public const string QueryCanceled = "57014";
    /// <summary>57P01</summary>
    public const string AdminShutdown = "57P01";
    /// <summary>57P03</summary>
    public const string CannotConnectNow = "57P03";
    /// <summary>58030</summary>
    public const string IoError = "58030";
    /// <summary>58P01</summary>
    public const string UndefinedFile = "58P01";

    /// <summary>duplicate_file</summary>
    public const string DuplicateFile = "58P02";
    /// <summary>XX000</summary>
    public const string InternalError = "XX000";
    /// <summary>XX001</summary>
    public const string DataCorrupted = "XX001";
    /// <summary>42P17</summary>
    public const string InvalidObjectDefinition = "42P17";
}
