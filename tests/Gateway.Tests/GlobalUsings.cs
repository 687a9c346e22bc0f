global using Assay.Gateway.Dialects;
