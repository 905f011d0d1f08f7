namespace ColFrag.Engine.Formats;

/// <summary>
/// Writers that take vectors of every shape, and gain from it: dictionary codes are written as codes. Others get flat
/// and constant ones.
/// </summary>
internal interface IShapeTaker
{
}
