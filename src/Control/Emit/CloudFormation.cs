using System.Text.Json.Nodes;
using Assay.Control.Access;

namespace Assay.Control.Emit;

/// <summary>A monitoring set as CloudFormation templates: one for the organisation, one for each account and region.</summary>
public static class CloudFormation
{
    const string Folder = "cloudformation";

    // CloudFormation has no resource for the logging configuration of a region, so a function sets it.
    const string SetLogging = """
        import boto3
        import cfnresponse


        def handler(event, context):
            wanted = event["ResourceProperties"]
            bedrock = boto3.client("bedrock")
            try:
                if event["RequestType"] == "Delete":
                    bedrock.delete_model_invocation_logging_configuration()
                else:
                    text = wanted["Text"] == "true"
                    bedrock.put_model_invocation_logging_configuration(loggingConfig={
                        "s3Config": {"bucketName": wanted["Bucket"], "keyPrefix": ""},
                        "textDataDeliveryEnabled": text,
                        "imageDataDeliveryEnabled": text,
                        "embeddingDataDeliveryEnabled": text,
                        "videoDataDeliveryEnabled": text,
                    })
                cfnresponse.send(event, context, cfnresponse.SUCCESS, {}, "bedrock-invocation-logging")
            except Exception as fault:
                print(fault)
                cfnresponse.send(event, context, cfnresponse.FAILED, {"Fault": str(fault)}, "bedrock-invocation-logging")
        """;

    public static IReadOnlyList<EmittedFile> Files(MonitoringSet set, MonitoringCost cost)
    {
        List<EmittedFile> files = [];
        if (Organisation(set) is { Count: > 0 } organisation)
            files.Add(new($"{Folder}/organization.json", Template($"{set.Policy.Name}: policies, budgets and bills of the organisation",
                organisation),
                "the management account, us-east-1"));
        foreach (var account in set.Accounts)
            files.Add(new($"{Folder}/{account.FileName}.json",
                Template($"{set.Policy.Name}: {account.Account.Name} in {account.Region}", Account(account)),
                $"account {account.Account.Id}, {account.Region}"));
        files.Add(ApplyPage.Of(set, cost, Folder, "CloudFormation",
        [
            "```", .. files.Select(f => $"aws cloudformation deploy --template-file {Path.GetFileName(f.Path)} --stack-name "
                + "bedrock-governance-"
                + $"{Path.GetFileNameWithoutExtension(f.Path)} --capabilities CAPABILITY_NAMED_IAM   # {f.About}"),
            "aws ce update-cost-allocation-tags-status --cost-allocation-tags-status "
                + string.Join(' ', set.Tags.Select(t => $"TagKey={t},Status=Active"))
                    + "   # the management account; CloudFormation cannot", "```",
            "The tags can be activated a day after they were first used.",
        ]));
        return files;
    }

    static string Template(string about, JsonObject resources) => Json.Text(new JsonObject
    {
        ["AWSTemplateFormatVersion"] = "2010-09-09", ["Description"] = about, ["Resources"] = resources,
    });

    static JsonObject Resource(string type, JsonObject properties, params string[] after)
    {
        JsonObject resource = new() { ["Type"] = type };
        if (after.Length > 0) resource["DependsOn"] = after is [var one] ? one : Json.List(after);
        resource["Properties"] = properties;
        return resource;
    }

    static JsonObject Ref(string name) => new() { ["Ref"] = name };
    static JsonObject Arn(string name) => new() { ["Fn::GetAtt"] = Json.List([name, "Arn"]) };
    static JsonObject Sub(string text) => new() { ["Fn::Sub"] = text };

    static JsonObject Organisation(MonitoringSet set)
    {
        JsonObject resources = [];
        foreach (var group in set.Access.Groups)
            for (var i = 0; i < group.ServiceControl.Count; i++)
                resources[Id("Scp", group.Name, group.ServiceControl.Count > 1 ? $"{i + 1}" : "")] =
                    Resource("AWS::Organizations::Policy", new()
                {
                    ["Name"] = $"bedrock-{group.Name}" + (group.ServiceControl.Count > 1 ? $"-{i + 1}" : ""),
                        ["Type"] = "SERVICE_CONTROL_POLICY",
                    ["Description"] = set.Policy.Name, ["Content"] = Json.Of(group.ServiceControl[i]),
                    ["TargetIds"] = Json.List(group.Accounts.Select(a => a.Id)),
                });
        foreach (var budget in set.Budgets) resources[Id("Budget", budget.Name)] = Budget(budget);
        AddAlarms(resources, [.. set.Budgets.SelectMany(b => b.Alarms)], set.Tell);
        foreach (var monitor in set.Anomalies) AddAnomaly(resources, monitor);
        if (set.Policy.Export is { } export) AddExport(resources, export.Bucket, export.Prefix);
        return resources;
    }

    static JsonObject Budget(CostBudget budget)
    {
        JsonObject filters = [];
        foreach (var (name, values) in budget.Filters) filters[name] = Json.List(values);
        JsonObject Tell(string kind, decimal percent) => new()
        {
            ["Notification"] = new JsonObject
            {
                ["NotificationType"] = kind, ["ComparisonOperator"] = "GREATER_THAN", ["Threshold"] = percent, ["ThresholdType"] =
                    "PERCENTAGE",
            },
            ["Subscribers"] = Json.List(budget.Owners.Select(JsonNode (o) => new JsonObject
            {
                ["SubscriptionType"] = Json.IsTopic(o) ? "SNS" : "EMAIL", ["Address"] = o,
            })),
        };
        return Resource("AWS::Budgets::Budget", new()
        {
            ["Budget"] = new JsonObject
            {
                ["BudgetName"] = budget.Name, ["BudgetType"] = "COST", ["TimeUnit"] = "MONTHLY",
                ["BudgetLimit"] = new JsonObject { ["Amount"] = budget.UsdPerMonth, ["Unit"] = "USD" }, ["CostFilters"] = filters,
            },
            ["NotificationsWithSubscribers"] = Json.List([.. budget.Steps.Select(s => Tell("ACTUAL", s * 100m)), Tell("FORECASTED", 100m)]),
        });
    }

    static void AddAnomaly(JsonObject resources, AnomalyMonitor monitor)
    {
        var id = Id("Anomalies", monitor.Name);
        resources[id] = Resource("AWS::CE::AnomalyMonitor", new()
        {
            ["MonitorName"] = monitor.Name, ["MonitorType"] = "CUSTOM",
            ["MonitorSpecification"] = new JsonObject
            {
                ["Dimensions"] = new JsonObject { ["Key"] = "LINKED_ACCOUNT", ["Values"] = Json.List(monitor.Accounts) },
            }.ToJsonString(),
        });
        // Topics are told at once, addresses once a day: a subscription has one way.
        foreach (var way in monitor.Tell.GroupBy(Json.IsTopic))
            resources[Id(id, way.Key ? "Topics" : "Mail")] = Resource("AWS::CE::AnomalySubscription", new()
            {
                ["SubscriptionName"] = monitor.Name + (way.Key ? "-at-once" : "-daily"), ["Frequency"] = way.Key ? "IMMEDIATE" : "DAILY",
                ["MonitorArnList"] = new JsonArray(new JsonObject { ["Fn::GetAtt"] = Json.List([id, "MonitorArn"]) }),
                ["Subscribers"] = Json.List(way.Select(JsonNode (t) => new JsonObject { ["Type"] = way.Key ? "SNS" : "EMAIL",
                    ["Address"] = t })),
                ["ThresholdExpression"] = new JsonObject
                {
                    ["Dimensions"] = new JsonObject
                    {
                        ["Key"] = "ANOMALY_TOTAL_IMPACT_ABSOLUTE", ["MatchOptions"] = Json.List(["GREATER_THAN_OR_EQUAL"]),
                        ["Values"] = Json.List([monitor.UsdFrom.ToString("0.##", System.Globalization.CultureInfo.InvariantCulture)]),
                    },
                }.ToJsonString(),
            });
    }

    static void AddExport(JsonObject resources, string bucket, string prefix)
    {
        resources["BillBucket"] = Bucket(bucket, null);
        resources["BillBucketPolicy"] = Resource("AWS::S3::BucketPolicy", new()
        {
            ["Bucket"] = Ref("BillBucket"),
            ["PolicyDocument"] = new JsonObject
            {
                ["Version"] = PolicyDocument.Version,
                ["Statement"] = Json.List([TlsOnly("BillBucket"), new JsonObject
                {
                    ["Sid"] = "DataExports", ["Effect"] = "Allow",
                    ["Principal"] = new JsonObject { ["Service"] =
                        Json.List(["bcm-data-exports.amazonaws.com", "billingreports.amazonaws.com"]) },
                    ["Action"] = Json.List(["s3:PutObject", "s3:GetBucketPolicy"]),
                    ["Resource"] = new JsonArray(Arn("BillBucket"), Sub("${BillBucket.Arn}/*")),
                    ["Condition"] = new JsonObject
                    {
                        ["StringLike"] = new JsonObject
                        {
                            ["aws:SourceAccount"] = Ref("AWS::AccountId"),
                            ["aws:SourceArn"] = new JsonArray(Sub("arn:${AWS::Partition}:cur:us-east-1:${AWS::AccountId}:definition/*"),
                                Sub("arn:${AWS::Partition}:bcm-data-exports:us-east-1:${AWS::AccountId}:export/*")),
                        },
                    },
                }]),
            },
        });
        resources["BillExport"] = Resource("AWS::BCMDataExports::Export", new()
        {
            ["Export"] = new JsonObject
            {
                ["Name"] = "bedrock-cur2", ["Description"] = "Every line of the bill, hour by hour, as 'assay reconcile' reads it",
                ["DataQuery"] = new JsonObject { ["QueryStatement"] = Json.BillQuery, ["TableConfigurations"] = Json.BillTable() },
                ["DestinationConfigurations"] = new JsonObject
                {
                    ["S3Destination"] = new JsonObject
                    {
                        ["S3Bucket"] = Ref("BillBucket"), ["S3Prefix"] = prefix, ["S3Region"] = Ref("AWS::Region"),
                        ["S3OutputConfigurations"] = new JsonObject
                        {
                            ["Compression"] = "PARQUET", ["Format"] = "PARQUET", ["OutputType"] = "CUSTOM",
                                ["Overwrite"] = "OVERWRITE_REPORT",
                        },
                    },
                },
                ["RefreshCadence"] = new JsonObject { ["Frequency"] = "SYNCHRONOUS" },
            },
        }, "BillBucketPolicy");
    }

    static JsonObject Account(WatchedAccount account)
    {
        JsonObject resources = [];
        for (var i = 0; i < account.Identity.Count; i++)
        {
            var part = account.Identity.Count > 1 ? $"{i + 1}" : "";
            resources[$"ModelAccess{part}"] = Resource("AWS::IAM::ManagedPolicy", new()
            {
                ["ManagedPolicyName"] = part.Length > 0 ? $"bedrock-model-access-{part}" : "bedrock-model-access",
                ["Description"] = "Which models may be called, from where and how; attach to every role that calls Bedrock",
                ["PolicyDocument"] = Json.Of(account.Identity[i]),
            });
        }
        AddAlarms(resources, account.Alarms, account.Tell);
        if (account.Logs is { } logs) AddLogging(resources, logs);
        foreach (var profile in account.Profiles)
            resources[Id("Profile", profile.Name)] = Resource("AWS::Bedrock::ApplicationInferenceProfile", new()
            {
                ["InferenceProfileName"] = profile.Name, ["Description"] = profile.About,
                ["ModelSource"] = new JsonObject { ["CopyFrom"] = profile.CopyFrom },
                ["Tags"] = Json.List(profile.Tags.Select(JsonNode (t) => new JsonObject { ["Key"] = t.Key, ["Value"] = t.Value })),
            });
        return resources;
    }

    static void AddAlarms(JsonObject resources, IReadOnlyList<MetricAlarm> alarms, IReadOnlyList<string> tell)
    {
        if (alarms.Count == 0) return;
        JsonArray actions = Json.List(tell.Where(Json.IsTopic));
        var mail = tell.Where(t => !Json.IsTopic(t)).ToList();
        if (mail.Count > 0 || actions.Count == 0)
        {
            // Without a key: the one that AWS manages does not let CloudWatch publish.
            JsonObject topic = new() { ["DisplayName"] = "Bedrock alarms" };
            if (mail.Count > 0)
                topic["Subscription"] = Json.List(mail.Select(JsonNode (m) => new JsonObject { ["Protocol"] = "email", ["Endpoint"] = m }));
            resources["AlarmTopic"] = Resource("AWS::SNS::Topic", topic);
            actions.Add(Ref("AlarmTopic"));
        }
        foreach (var alarm in alarms)
        {
            JsonObject properties = new()
            {
                ["AlarmName"] = alarm.Name, ["AlarmDescription"] = alarm.About, ["AlarmActions"] = actions.DeepClone(),
                ["ComparisonOperator"] = "GreaterThanThreshold", ["Threshold"] = alarm.Threshold, ["EvaluationPeriods"] = alarm.Periods,
                ["TreatMissingData"] = "notBreaching",
            };
            if (alarm.Queries is [var only])
            {
                properties["Namespace"] = only.Namespace;
                properties["MetricName"] = only.Metric;
                properties[only.Statistic.StartsWith('p') ? "ExtendedStatistic" : "Statistic"] = only.Statistic;
                properties["Period"] = only.PeriodSeconds;
                if (only.Dimensions.Count > 0) properties["Dimensions"] = Dimensions(only);
            }
            else properties["Metrics"] = Json.List(alarm.Queries.Select(JsonNode (q, i) => Query(q, i == alarm.Queries.Count - 1)));
            resources[Id("Alarm", alarm.Name)] = Resource("AWS::CloudWatch::Alarm", properties);
        }
    }

    static JsonObject Query(AlarmQuery query, bool isAnswer)
    {
        JsonObject one = new() { ["Id"] = query.Id, ["ReturnData"] = isAnswer };
        if (query.Expression.Length > 0)
        {
            one["Expression"] = query.Expression;
            one["Period"] = query.PeriodSeconds;
            return one;
        }
        JsonObject metric = new() { ["Namespace"] = query.Namespace, ["MetricName"] = query.Metric };
        if (query.Dimensions.Count > 0) metric["Dimensions"] = Dimensions(query);
        one["MetricStat"] = new JsonObject { ["Metric"] = metric, ["Period"] = query.PeriodSeconds, ["Stat"] = query.Statistic };
        return one;
    }

    static JsonArray Dimensions(AlarmQuery query) =>
        Json.List(query.Dimensions.Select(JsonNode (d) => new JsonObject { ["Name"] = d.Name, ["Value"] = d.Value }));

    static JsonObject Bucket(string name, int? keepDays)
    {
        JsonObject properties = new()
        {
            ["BucketName"] = name,
            ["BucketEncryption"] = new JsonObject
            {
                ["ServerSideEncryptionConfiguration"] = new JsonArray(new JsonObject
                {
                    ["ServerSideEncryptionByDefault"] = new JsonObject { ["SSEAlgorithm"] = "AES256" },
                }),
            },
            ["OwnershipControls"] = new JsonObject { ["Rules"] =
                new JsonArray(new JsonObject { ["ObjectOwnership"] = "BucketOwnerEnforced" }) },
            ["PublicAccessBlockConfiguration"] = new JsonObject
            {
                ["BlockPublicAcls"] = true, ["BlockPublicPolicy"] = true, ["IgnorePublicAcls"] = true, ["RestrictPublicBuckets"] = true,
            },
        };
        if (keepDays is { } days)
        {
            JsonArray moves = [];
            foreach (var (storage, after) in LogStorage.Moves(days))
                moves.Add(new JsonObject { ["StorageClass"] = storage, ["TransitionInDays"] = after });
            JsonObject rule = new() { ["Id"] = "keep-as-the-policy-says", ["Status"] = "Enabled", ["ExpirationInDays"] = days };
            if (moves.Count > 0) rule["Transitions"] = moves;
            properties["LifecycleConfiguration"] = new JsonObject { ["Rules"] = new JsonArray(rule) };
        }
        var bucket = Resource("AWS::S3::Bucket", properties);
        // What was logged and billed outlives the stack.
        bucket.Insert(1, "DeletionPolicy", "Retain");
        bucket.Insert(2, "UpdateReplacePolicy", "Retain");
        return bucket;
    }

    static JsonObject TlsOnly(string bucket) => new()
    {
        ["Sid"] = "OnlyEncryptedConnections", ["Effect"] = "Deny", ["Principal"] = "*", ["Action"] = "s3:*",
        ["Resource"] = new JsonArray(Arn(bucket), Sub($"${{{bucket}.Arn}}/*")),
        ["Condition"] = new JsonObject { ["Bool"] = new JsonObject { ["aws:SecureTransport"] = "false" } },
    };

    static void AddLogging(JsonObject resources, LogBucket logs)
    {
        resources["LogBucket"] = Bucket(logs.Name, logs.KeepDays);
        resources["LogBucketPolicy"] = Resource("AWS::S3::BucketPolicy", new()
        {
            ["Bucket"] = Ref("LogBucket"),
            ["PolicyDocument"] = new JsonObject
            {
                ["Version"] = PolicyDocument.Version,
                ["Statement"] = Json.List([TlsOnly("LogBucket"), new JsonObject
                {
                    ["Sid"] = "BedrockWritesLogs", ["Effect"] = "Allow", ["Principal"] = new JsonObject { ["Service"] =
                        "bedrock.amazonaws.com" },
                    ["Action"] = "s3:PutObject",
                    ["Resource"] = Sub("${LogBucket.Arn}/AWSLogs/${AWS::AccountId}/BedrockModelInvocationLogs/*"),
                    ["Condition"] = new JsonObject
                    {
                        ["StringEquals"] = new JsonObject { ["aws:SourceAccount"] = Ref("AWS::AccountId") },
                        ["ArnLike"] = new JsonObject { ["aws:SourceArn"] =
                            Sub("arn:${AWS::Partition}:bedrock:${AWS::Region}:${AWS::AccountId}:*") },
                    },
                }]),
            },
        });
        resources["LoggingRole"] = Resource("AWS::IAM::Role", new()
        {
            ["AssumeRolePolicyDocument"] = new JsonObject
            {
                ["Version"] = PolicyDocument.Version,
                ["Statement"] = new JsonArray(new JsonObject
                {
                    ["Effect"] = "Allow", ["Principal"] = new JsonObject { ["Service"] = "lambda.amazonaws.com" },
                        ["Action"] = "sts:AssumeRole",
                }),
            },
            ["ManagedPolicyArns"] = new JsonArray(Sub("arn:${AWS::Partition}:iam::aws:policy/service-role/AWSLambdaBasicExecutionRole")),
            ["Policies"] = new JsonArray(new JsonObject
            {
                ["PolicyName"] = "invocation-logging",
                ["PolicyDocument"] = new JsonObject
                {
                    ["Version"] = PolicyDocument.Version,
                    ["Statement"] = new JsonArray(new JsonObject
                    {
                        ["Effect"] = "Allow", ["Resource"] = "*",
                        ["Action"] = Json.List(["bedrock:PutModelInvocationLoggingConfiguration",
                            "bedrock:DeleteModelInvocationLoggingConfiguration"]),
                    }),
                },
            }),
        });
        resources["LoggingFunction"] = Resource("AWS::Lambda::Function", new()
        {
            ["Description"] = "Sets Bedrock's invocation logging, for which CloudFormation has no resource", ["Runtime"] = "python3.13",
            ["Handler"] = "index.handler", ["Timeout"] = 60, ["Role"] = Arn("LoggingRole"),
            ["Code"] = new JsonObject { ["ZipFile"] = SetLogging.ReplaceLineEndings("\n") },
        });
        resources["InvocationLogging"] = Resource("AWS::CloudFormation::CustomResource", new()
        {
            ["ServiceToken"] = Arn("LoggingFunction"), ["Bucket"] = Ref("LogBucket"), ["Text"] = logs.WithText ? "true" : "false",
        }, "LogBucketPolicy");
    }

    // Logical ids are letters and digits.
    static string Id(params string[] words) => string.Concat(words.SelectMany(w =>
        new string([.. w.Select(c => char.IsAsciiLetterOrDigit(c) ? c : ' ')])
        .Split(' ', StringSplitOptions.RemoveEmptyEntries)).Select(w => char.ToUpperInvariant(w[0]) + w[1..]));
}

/// <summary>Where logs are kept as they age.</summary>
static class LogStorage
{
    /// <summary>Storage classes and the day from which logs are in them, as long as they are kept for longer.</summary>
    public static IEnumerable<(string Class, int AfterDays)> Moves(int keepDays)
    {
        if (keepDays > MonitoringCost.InfrequentAfterDays) yield return ("STANDARD_IA", MonitoringCost.InfrequentAfterDays);
        if (keepDays > MonitoringCost.ArchiveAfterDays) yield return ("GLACIER_IR", MonitoringCost.ArchiveAfterDays);
    }
}
