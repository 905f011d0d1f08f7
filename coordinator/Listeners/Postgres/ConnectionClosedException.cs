namespace ColFrag.Coordinator.Listeners.Postgres;

/// <summary>The client has left; there is nobody to tell.</summary>
internal sealed class ConnectionClosedException() : IOException("The client closed the connection.");
