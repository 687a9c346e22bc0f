namespace Assay.Testing;

/// <summary>Where the repository is, for tests that read its files, and the reference data that may stand beside it.</summary>
public static class Repository
{
    /// <summary>The folder that holds Assay.slnx.</summary>
    public static string Root { get; } = FindRoot();

    /// <summary>The reference data (price pages, real logs, golden numbers) in the folder 'shared' beside the repository, or null.</summary>
    public static string? Shared { get; } = Directory.Exists(Path.Combine(Root, "..", "shared", "data"))
        ? Path.GetFullPath(Path.Combine(Root, "..", "shared"))
        : null;

    /// <summary>The reference data; skips the test where it is absent, because it is not part of the repository.</summary>
    public static string NeedsShared()
    {
        Assert.SkipWhen(Shared is null, "needs the reference data: the folder 'shared' beside the repository");
        return Shared!;
    }

    static string FindRoot()
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
            if (File.Exists(Path.Combine(folder.FullName, "Assay.slnx"))) return folder.FullName;
        throw new DirectoryNotFoundException(
            $"No folder above '{AppContext.BaseDirectory}' holds Assay.slnx. Run the tests from a build inside the repository: './test'.");
    }
}
