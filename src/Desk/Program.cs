// What people ask for first must answer at once: nothing is set up for it that it does not need.
return args is ["--help"] or ["-h"] or ["-?"] ? Assay.Desk.Door.Overview() : Assay.Desk.Door.Open(args).GetAwaiter().GetResult();
