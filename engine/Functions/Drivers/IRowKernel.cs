namespace ColFrag.Engine.Functions.Drivers;

/// <summary>
/// The value of one row. A struct, so that the loop over rows is compiled with it inlined; its fields are what binding
/// decided (a scale, a unit).
/// </summary>
internal interface IRowKernel<TResult> where TResult : allows ref struct
{
    /// <summary>Computes a row; false gives NULL.</summary>
    bool Run(in RowArguments arguments, int row, FunctionContext context, out TResult result);
}
