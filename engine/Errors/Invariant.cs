using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;

namespace ColFrag.Engine.Errors;

/// <summary>Our own mistakes, checked in release builds too.</summary>
public static class Invariant
{
    /// <summary>Throws when our own code broke a rule.</summary>
    /// <exception cref="InvariantException">The rule does not hold.</exception>
    public static void Holds(
        [DoesNotReturnIf(false)] bool holds, [CallerArgumentExpression(nameof(holds))] string rule = "")
    {
        if (!holds) Throw(rule);
    }

    /// <summary>The error of a branch that cannot be reached.</summary>
    public static InvariantException Unreachable(string what) => new($"Unreachable: {what}");

    [DoesNotReturn]
    private static void Throw(string rule) => throw new InvariantException($"Broken invariant: {rule}");
}

/// <summary>A mistake in ColFrag itself.</summary>
public sealed class InvariantException(string message) : ColFragException(
    SqlStates.InternalError, message, "This is a defect in ColFrag; please report it with the statement.");
