using System.Collections.Concurrent;
using Assay.Gateway.Host;

namespace Assay.Gateway.Tests.Host;

/// <summary>Files that are watched, and sometimes cannot be looked at.</summary>
public sealed class ReloadingTests
{
    /// <summary>A clock that ticks when it is told to.</summary>
    sealed class Ticks : TimeProvider, ITimer
    {
        Action tick = () => { };

        public void Tick() => tick();

        public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
        {
            tick = () => callback(state);
            return this;
        }

        public bool Change(TimeSpan dueTime, TimeSpan period) => true;
        public void Dispose() => tick = () => { };
        public ValueTask DisposeAsync()
        {
            Dispose();
            return ValueTask.CompletedTask;
        }
    }

    /// <summary>A file that is watched, how often it was looked at, and what came of it.</summary>
    sealed class Watched : IAsyncDisposable
    {
        readonly Ticks ticks = new();
        readonly SemaphoreSlim looked = new(0);
        readonly Reloading reloading;
        int reloads;

        public Watched(Exception? wrong = null)
        {
            Wrong = wrong;
            Path = System.IO.Path.GetTempFileName();
            reloading = new(Files, () => Task.FromResult(Interlocked.Increment(ref reloads)), Said.Enqueue, ticks);
        }

        public string Path { get; }
        public Exception? Wrong { get; set; }
        public ConcurrentQueue<string> Said { get; } = new();

        IReadOnlyList<string> Files()
        {
            looked.Release();
            return Wrong is { } wrong ? throw wrong : [Path];
        }

        /// <summary>Lets the files be looked at twice: after the second look all that came of the first is done.</summary>
        public async Task<int> Look()
        {
            while (looked.Wait(0)) { }
            for (var i = 0; i < 2; i++)
            {
                ticks.Tick();
                Assert.True(await looked.WaitAsync(TimeSpan.FromSeconds(20), TestContext.Current.CancellationToken), "nobody looks any more");
            }
            return Volatile.Read(ref reloads);
        }

        public async ValueTask DisposeAsync()
        {
            await reloading.DisposeAsync();
            looked.Dispose();
            File.Delete(Path);
        }
    }

    [Fact]
    public async Task Files_that_cannot_be_looked_at_are_looked_at_again_and_said_once()
    {
        await using var watched = new Watched();
        Assert.Equal(0, await watched.Look());

        watched.Wrong = new UnauthorizedAccessException("Access to the path '/etc/assay' is denied.");
        for (var i = 0; i < 3; i++) Assert.Equal(0, await watched.Look());
        Assert.Contains("Access to the path '/etc/assay' is denied.", Assert.Single(watched.Said), StringComparison.Ordinal);

        await File.WriteAllTextAsync(watched.Path, "changed meanwhile", TestContext.Current.CancellationToken);
        watched.Wrong = null;
        Assert.Equal(1, await watched.Look());
        Assert.EndsWith("can be looked at again.", watched.Said.Last(), StringComparison.Ordinal);

        watched.Wrong = new IOException("Input/output error");
        await watched.Look();
        watched.Wrong = null;
        Assert.Equal(1, await watched.Look());
        Assert.Equal(4, watched.Said.Count);
    }

    [Fact]
    public async Task A_file_that_goes_and_comes_back_is_taken_up_each_time()
    {
        await using var watched = new Watched();
        File.Delete(watched.Path);
        Assert.Equal(1, await watched.Look());
        await File.WriteAllTextAsync(watched.Path, "back", TestContext.Current.CancellationToken);
        Assert.Equal(2, await watched.Look());
    }

    [Fact]
    public async Task Files_that_cannot_be_looked_at_from_the_first_are_taken_up_when_they_can()
    {
        await using var watched = new Watched(new IOException("Input/output error"));
        Assert.Equal(0, await watched.Look());
        watched.Wrong = null;
        Assert.Equal(1, await watched.Look());
    }
}
