using ColFrag.Engine.Errors;
using ColFrag.Engine.Time;

namespace ColFrag.Protocol.Etcd;

/// <summary>
/// Calls an etcd by whichever of its members answers: one that does not is left for the next. Logs in where it must,
/// and takes no answers of another cluster, nor of one whose state went back in time.
/// </summary>
internal sealed class EtcdClient(EtcdOptions options, IClock clock, IRandom random) : IDisposable
{
    private const int NoSpaceAlarm = 1;

    private readonly EtcdMember[] _members = [.. options.Members.Select(m => new EtcdMember(m, options))];
    private readonly Lock _lock = new();
    private int _current;
    private string? _token;
    private ulong _cluster;
    private long _newestRevision;

    /// <summary>The newest revision that any answer told of.</summary>
    public long NewestRevision => Interlocked.Read(ref _newestRevision);

    /// <summary>Calls until a member answers.</summary>
    /// <exception cref="ClusterException">
    /// No member answered, or the catalog refuses. A call that cannot be repeated may have taken effect.
    /// </exception>
    /// <exception cref="GrpcException">The request is not answered with success, for a reason of its own.</exception>
    public async ValueTask<ReadOnlyMemory<byte>> CallAsync(
        EtcdCall call, ProtobufWriter request, CancellationToken cancellationToken)
    {
        TimeSpan deadline = clock.Monotonic + options.Patience;
        bool hasLoggedIn = false;
        long seen = call.IsLinearizable ? NewestRevision : 0;
        for (int failures = 0; ;)
        {
            int index = Volatile.Read(ref _current);
            EtcdMember member = _members[index];
            using CancellationTokenSource limit =
                CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
            limit.CancelAfter(options.TryTimeout);
            GrpcException failure;
            bool mayHaveBeenSent = false;
            try
            {
                GrpcChannel channel = await member.GetAsync(limit.Token);
                string? token = await TokenAsync(channel, limit.Token);
                mayHaveBeenSent = true;
                ReadOnlyMemory<byte> answer = await channel.CallAsync(call.Method, request.Written, token, limit.Token);
                Accept(EtcdHeader.Of(answer), seen, member);
                return answer;
            }
            catch (GrpcException error)
            {
                failure = error;
            }
            catch (CorruptDataException error)
            {
                failure = new GrpcException(GrpcStatus.Unknown, error.Message, inner: error);
            }
            catch (OperationCanceledException error) when (!cancellationToken.IsCancellationRequested)
            {
                failure = new GrpcException(
                    GrpcStatus.DeadlineExceeded, $"{member.Name} does not answer", mayHaveBeenSent, error);
            }
            if (IsOfToken(failure) && !hasLoggedIn)
            {
                // It was refused before anything happened.
                hasLoggedIn = true;
                lock (_lock) _token = null;
                continue;
            }
            if (failure.Status == GrpcStatus.ResourceExhausted) throw await FullAsync(member, failure);
            if (!failure.IsOfMember) throw Refused(failure);
            Interlocked.CompareExchange(ref _current, (index + 1) % _members.Length, index);
            failures++;
            bool wasSent = mayHaveBeenSent && failure.WasSent;
            if ((wasSent && !call.IsRepeatable) || clock.Monotonic >= deadline) throw Unreachable(failure);
            if (failures % _members.Length == 0)
            {
                int pause = Math.Min(1_000, 20 << Math.Min(failures / _members.Length, 6));
                await clock.Delay(TimeSpan.FromMilliseconds(1 + random.Next(pause)), cancellationToken);
            }
        }
    }

    /// <summary>Begins a call that goes on; the next member is asked by the next one if it fails.</summary>
    /// <exception cref="ClusterException">The member did not answer.</exception>
    public async ValueTask<EtcdStream> OpenAsync(
        string method, ProtobufWriter request, CancellationToken cancellationToken)
    {
        int index = Volatile.Read(ref _current);
        EtcdMember member = _members[index];
        using CancellationTokenSource limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limit.CancelAfter(options.TryTimeout);
        GrpcException failure;
        try
        {
            GrpcChannel channel = await member.GetAsync(limit.Token);
            string? token = await TokenAsync(channel, limit.Token);
            GrpcStream stream = await channel.OpenAsync(method, request.Written, token, limit.Token);
            return new EtcdStream(stream, error => Leave(index, error));
        }
        catch (GrpcException error)
        {
            failure = error;
        }
        catch (OperationCanceledException error) when (!cancellationToken.IsCancellationRequested)
        {
            failure = new GrpcException(
                GrpcStatus.DeadlineExceeded, $"{member.Name} does not answer", inner: error);
        }
        throw Leave(index, failure);
    }

    public void Dispose()
    {
        foreach (EtcdMember member in _members) member.Dispose();
    }

    /// <summary>Takes an answer, or says why it cannot be one.</summary>
    private void Accept(EtcdHeader header, long seen, EtcdMember member)
    {
        if (header.Cluster == 0) return;
        ulong known = Interlocked.CompareExchange(ref _cluster, header.Cluster, 0);
        if (known != 0 && known != header.Cluster)
        {
            throw new ClusterException(
                $"{member.Name} is a member of another etcd: {header.Cluster:x}, not {known:x}", isTransient: false,
                hint: "Name members of one etcd only.");
        }
        if (header.Revision < seen && header.Revision > 0)
        {
            throw new ClusterException(
                $"The catalog went back from revision {seen} to {header.Revision}", isTransient: false,
                hint: "etcd was restored from a copy: stop the cluster, and start it from a copy of the same time.");
        }
        for (long newest = NewestRevision; header.Revision > newest; newest = NewestRevision)
        {
            Interlocked.CompareExchange(ref _newestRevision, header.Revision, newest);
        }
    }

    /// <summary>What a call shows to be let in; null where there are no passwords.</summary>
    private async ValueTask<string?> TokenAsync(GrpcChannel channel, CancellationToken cancellationToken)
    {
        if (options.User is null) return null;
        lock (_lock)
        {
            if (_token is not null) return _token;
        }
        ProtobufWriter request = new ProtobufWriter()
            .Bytes(1, System.Text.Encoding.UTF8.GetBytes(options.User))
            .Bytes(2, System.Text.Encoding.UTF8.GetBytes(options.Password ?? ""));
        ReadOnlyMemory<byte> answer;
        try
        {
            answer = await channel.CallAsync(
                "/etcdserverpb.Auth/Authenticate", request.Written, null, cancellationToken);
        }
        catch (GrpcException error) when (error.Status == GrpcStatus.InvalidArgument)
        {
            throw new ClusterException(
                $"etcd does not let in user {options.User} ({error.Message})", isTransient: false,
                SqlStates.InvalidPassword, "The password is read from COLFRAG_CATALOG_PASSWORD.", error);
        }
        catch (GrpcException error) when (error.IsOfMember)
        {
            throw new GrpcException(error.Status, error.Message, wasSent: false, error);
        }
        ProtobufReader fields = new(answer);
        string token = "";
        while (fields.Next())
        {
            if (fields.Field == 2) token = System.Text.Encoding.UTF8.GetString(fields.Bytes.Span);
        }
        lock (_lock) return _token = token;
    }

    /// <summary>A token can be refused as wrong, or as older than the last change of users.</summary>
    private bool IsOfToken(GrpcException error) => options.User is not null &&
        error.Status is GrpcStatus.Unauthenticated or GrpcStatus.InvalidArgument;

    /// <summary>Turns to the next member after a call that went on has ended.</summary>
    private ClusterException Leave(int index, GrpcException failure)
    {
        if (failure.Status is GrpcStatus.Unauthenticated or GrpcStatus.InvalidArgument)
        {
            lock (_lock) _token = null;
            return Unreachable(failure);
        }
        if (failure.Status == GrpcStatus.PermissionDenied) return NotAllowed(failure);
        Interlocked.CompareExchange(ref _current, (index + 1) % _members.Length, index);
        return Unreachable(failure);
    }

    /// <summary>Whether the database is full, or there is too much to do, is told apart by the alarm.</summary>
    private async ValueTask<ClusterException> FullAsync(EtcdMember member, GrpcException failure)
    {
        using CancellationTokenSource limit = new(options.TryTimeout);
        try
        {
            GrpcChannel channel = await member.GetAsync(limit.Token);
            string? token = await TokenAsync(channel, limit.Token);
            ReadOnlyMemory<byte> answer = await channel.CallAsync(
                "/etcdserverpb.Maintenance/Alarm", default, token, limit.Token);
            if (HasNoSpace(answer))
            {
                return new ClusterException(
                    "The catalog is full: etcd has reached its quota", isTransient: false, SqlStates.DiskFull,
                    "Raise --quota-backend-bytes of etcd or compact and defragment it, then etcdctl alarm disarm.",
                    failure);
            }
        }
        catch (Exception error) when (error is GrpcException or OperationCanceledException or CorruptDataException)
        {
            // Then it is not known, and the call is tried again as after any other failure.
        }
        return Unreachable(failure);
    }

    private static bool HasNoSpace(ReadOnlyMemory<byte> answer)
    {
        ProtobufReader fields = new(answer);
        while (fields.Next())
        {
            if (fields.Field != 2) continue;
            ProtobufReader alarm = new(fields.Bytes);
            while (alarm.Next())
            {
                if (alarm.Field == 2 && alarm.Number == NoSpaceAlarm) return true;
            }
        }
        return false;
    }

    private static ColFragException Refused(GrpcException failure) => failure.Status switch
    {
        GrpcStatus.PermissionDenied or GrpcStatus.Unauthenticated => NotAllowed(failure),
        _ => failure,
    };

    private static ClusterException NotAllowed(GrpcException failure) => new(
        $"etcd does not allow it ({failure.Message})", isTransient: false, SqlStates.InvalidAuthorization,
        "The user needs readwrite on the keys that begin with cf/1/.", failure);

    private ClusterException Unreachable(GrpcException failure) => new(
        $"The catalog does not answer ({failure.Message})", isTransient: true,
        hint: $"Is etcd running at {string.Join(", ", _members.Select(m => m.Name))}?", inner: failure);
}
