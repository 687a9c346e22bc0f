return await Assay.Gateway.Commands.GatewayCommand.Run(args).ConfigureAwait(false);
