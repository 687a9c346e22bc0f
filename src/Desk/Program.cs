using Assay.Desk;

return await Door.Open(args).ConfigureAwait(false);
