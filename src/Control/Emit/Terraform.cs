using System.Text.Json.Nodes;
using Assay.Control.Access;

namespace Assay.Control.Emit;

/// <summary>A monitoring set as Terraform: a folder for the organisation, one for each account and region, in Terraform's JSON.</summary>
public static class Terraform
{
    const string Folder = "terraform", Caller = "${data.aws_caller_identity.current.account_id}";

    public static IReadOnlyList<EmittedFile> Files(MonitoringSet set, MonitoringCost cost)
    {
        List<EmittedFile> files = [];
        if (Organisation(set) is { Count: > 0 } organisation)
            files.Add(new($"{Folder}/organization/main.tf.json", Module("us-east-1", null, organisation), "the management account"));
        foreach (var account in set.Accounts)
            files.Add(new($"{Folder}/{account.FileName}/main.tf.json", Module(account.Region, account.Account.Id, Account(account)),
                $"account {account.Account.Id}, {account.Region}"));
        files.Add(ApplyPage.Of(set, cost, Folder, "Terraform",
        [
            "Each folder is a module of its own, for the account it names:", "```",
            .. files.Select(f => $"terraform -chdir={Path.GetFileName(Path.GetDirectoryName(f.Path))} init && terraform "
                + $"-chdir={Path.GetFileName(Path.GetDirectoryName(f.Path))} apply   # {f.About}"), "```",
            "Cost-allocation tags can be activated a day after they were first used: apply the organisation's folder again then.",
        ]));
        return files;
    }

    static string Module(string region, string? account, JsonObject resources)
    {
        JsonObject provider = new() { ["region"] = region };
        // Nothing is ever applied to another account by mistake.
        if (account is not null) provider["allowed_account_ids"] = Json.List([account]);
        return Json.Text(new JsonObject
        {
            ["terraform"] = new JsonObject
            {
                ["required_providers"] = new JsonObject
                {
                    ["aws"] = new JsonObject { ["source"] = "hashicorp/aws", ["version"] = ">= 5.80.0" },
                },
            },
            ["provider"] = new JsonObject { ["aws"] = provider },
            ["data"] = new JsonObject { ["aws_caller_identity"] = new JsonObject { ["current"] = new JsonObject() } },
            ["resource"] = resources,
        });
    }

    static void Add(JsonObject resources, string type, string name, JsonObject resource)
    {
        if (resources[type] is not JsonObject all) resources[type] = all = [];
        all[name] = resource;
    }

    // Within strings of Terraform, ${ and %{ start templates.
    static string Literal(PolicyDocument document) => Literal(document.ToJson());

    static string Literal(string text) => text.Replace("${", "$${", StringComparison.Ordinal).Replace("%{", "%%{",
        StringComparison.Ordinal);

    static JsonObject Organisation(MonitoringSet set)
    {
        JsonObject resources = [];
        foreach (var group in set.Access.Groups)
            for (var i = 0; i < group.ServiceControl.Count; i++)
            {
                var name = $"bedrock-{group.Name}" + (group.ServiceControl.Count > 1 ? $"-{i + 1}" : "");
                Add(resources, "aws_organizations_policy", Id(name), new()
                {
                    ["name"] = name, ["type"] = "SERVICE_CONTROL_POLICY", ["description"] = Literal(set.Policy.Name),
                    ["content"] = Literal(group.ServiceControl[i]),
                });
                foreach (var account in group.Accounts)
                    Add(resources, "aws_organizations_policy_attachment", Id($"{name}-{account.Id}"), new()
                    {
                        ["policy_id"] = $"${{aws_organizations_policy.{Id(name)}.id}}", ["target_id"] = account.Id,
                    });
            }
        foreach (var budget in set.Budgets) Add(resources, "aws_budgets_budget", Id(budget.Name), Budget(budget));
        AddAlarms(resources, [.. set.Budgets.SelectMany(b => b.Alarms)], set.Tell);
        foreach (var monitor in set.Anomalies) AddAnomaly(resources, monitor);
        foreach (var tag in set.Tags)
            Add(resources, "aws_ce_cost_allocation_tag", Id(tag), new() { ["tag_key"] = tag, ["status"] = "Active" });
        if (set.Policy.Export is { } export) AddExport(resources, export.Bucket, export.Prefix);
        return resources;
    }

    static JsonObject Budget(CostBudget budget)
    {
        JsonNode Tell(string kind, decimal percent)
        {
            JsonObject tell = new()
            {
                ["notification_type"] = kind, ["comparison_operator"] = "GREATER_THAN", ["threshold"] = percent, ["threshold_type"] =
                    "PERCENTAGE",
            };
            if (budget.Owners.Any(o => !Json.IsTopic(o))) tell["subscriber_email_addresses"] =
                Json.List(budget.Owners.Where(o => !Json.IsTopic(o)));
            if (budget.Owners.Any(Json.IsTopic)) tell["subscriber_sns_topic_arns"] = Json.List(budget.Owners.Where(Json.IsTopic));
            return tell;
        }
        return new()
        {
            ["name"] = budget.Name, ["budget_type"] = "COST", ["time_unit"] = "MONTHLY",
            ["limit_amount"] = budget.UsdPerMonth.ToString("0.##", System.Globalization.CultureInfo.InvariantCulture),
                ["limit_unit"] = "USD",
            ["cost_filter"] = Json.List(budget.Filters.Select(JsonNode (f) => new JsonObject { ["name"] = f.Name,
                ["values"] = Json.List(f.Values) })),
            ["notification"] = Json.List([.. budget.Steps.Select(s => Tell("ACTUAL", s * 100m)), Tell("FORECASTED", 100m)]),
        };
    }

    static void AddAnomaly(JsonObject resources, AnomalyMonitor monitor)
    {
        var id = Id(monitor.Name);
        Add(resources, "aws_ce_anomaly_monitor", id, new()
        {
            ["name"] = monitor.Name, ["monitor_type"] = "CUSTOM",
            ["monitor_specification"] = new JsonObject
            {
                ["Dimensions"] = new JsonObject { ["Key"] = "LINKED_ACCOUNT", ["Values"] = Json.List(monitor.Accounts) },
            }.ToJsonString(),
        });
        foreach (var way in monitor.Tell.GroupBy(Json.IsTopic))
            Add(resources, "aws_ce_anomaly_subscription", $"{id}_{(way.Key ? "at_once" : "daily")}", new()
            {
                ["name"] = monitor.Name + (way.Key ? "-at-once" : "-daily"), ["frequency"] = way.Key ? "IMMEDIATE" : "DAILY",
                ["monitor_arn_list"] = Json.List([$"${{aws_ce_anomaly_monitor.{id}.arn}}"]),
                ["subscriber"] = Json.List(way.Select(JsonNode (t) => new JsonObject { ["type"] = way.Key ? "SNS" : "EMAIL",
                    ["address"] = t })),
                ["threshold_expression"] = new JsonObject
                {
                    ["dimension"] = new JsonObject
                    {
                        ["key"] = "ANOMALY_TOTAL_IMPACT_ABSOLUTE", ["match_options"] = Json.List(["GREATER_THAN_OR_EQUAL"]),
                        ["values"] = Json.List([monitor.UsdFrom.ToString("0.##", System.Globalization.CultureInfo.InvariantCulture)]),
                    },
                },
            });
    }

    static void AddExport(JsonObject resources, string bucket, string prefix)
    {
        AddBucket(resources, "bills", bucket, null, new JsonObject
        {
            ["Sid"] = "DataExports", ["Effect"] = "Allow",
            ["Principal"] = new JsonObject { ["Service"] = Json.List(["bcm-data-exports.amazonaws.com", "billingreports.amazonaws.com"]) },
            ["Action"] = Json.List(["s3:PutObject", "s3:GetBucketPolicy"]),
            ["Resource"] = Json.List([$"arn:aws:s3:::{bucket}", $"arn:aws:s3:::{bucket}/*"]),
            ["Condition"] = new JsonObject
            {
                ["StringLike"] = new JsonObject
                {
                    ["aws:SourceAccount"] = Caller,
                    ["aws:SourceArn"] = Json.List([$"arn:aws:cur:us-east-1:{Caller}:definition/*",
                        $"arn:aws:bcm-data-exports:us-east-1:{Caller}:export/*"]),
                },
            },
        });
        Add(resources, "aws_bcmdataexports_export", "cur2", new()
        {
            ["export"] = new JsonObject
            {
                ["name"] = "bedrock-cur2", ["description"] = "Every line of the bill, hour by hour, as 'assay reconcile' reads it",
                ["data_query"] = new JsonObject { ["query_statement"] = Json.BillQuery, ["table_configurations"] = Json.BillTable() },
                ["destination_configurations"] = new JsonObject
                {
                    ["s3_destination"] = new JsonObject
                    {
                        ["s3_bucket"] = "${aws_s3_bucket.bills.bucket}", ["s3_prefix"] = Literal(prefix), ["s3_region"] = "us-east-1",
                        ["s3_output_configurations"] = new JsonObject
                        {
                            ["compression"] = "PARQUET", ["format"] = "PARQUET", ["output_type"] = "CUSTOM",
                                ["overwrite"] = "OVERWRITE_REPORT",
                        },
                    },
                },
                ["refresh_cadence"] = new JsonObject { ["frequency"] = "SYNCHRONOUS" },
            },
            ["depends_on"] = Json.List(["aws_s3_bucket_policy.bills"]),
        });
    }

    static JsonObject Account(WatchedAccount account)
    {
        JsonObject resources = [];
        for (var i = 0; i < account.Identity.Count; i++)
        {
            var name = "bedrock-model-access" + (account.Identity.Count > 1 ? $"-{i + 1}" : "");
            Add(resources, "aws_iam_policy", Id(name), new()
            {
                ["name"] = name, ["description"] = "Which models may be called, from where and how; attach to every role that calls "
                    + "Bedrock",
                ["policy"] = Literal(account.Identity[i]),
            });
        }
        AddAlarms(resources, account.Alarms, account.Tell);
        if (account.Logs is { } logs) AddLogging(resources, account, logs);
        foreach (var profile in account.Profiles)
        {
            JsonObject tags = [];
            foreach (var (key, value) in profile.Tags) tags[Literal(key)] = Literal(value);
            Add(resources, "aws_bedrock_inference_profile", Id(profile.Name), new()
            {
                ["name"] = profile.Name, ["description"] = Literal(profile.About),
                ["model_source"] = new JsonObject { ["copy_from"] = profile.CopyFrom }, ["tags"] = tags,
            });
        }
        return resources;
    }

    static void AddAlarms(JsonObject resources, IReadOnlyList<MetricAlarm> alarms, IReadOnlyList<string> tell)
    {
        if (alarms.Count == 0) return;
        List<string> actions = [.. tell.Where(Json.IsTopic)];
        var mail = tell.Where(t => !Json.IsTopic(t)).ToList();
        if (mail.Count > 0 || actions.Count == 0)
        {
            Add(resources, "aws_sns_topic", "alarms", new() { ["name"] = "bedrock-alarms", ["display_name"] = "Bedrock alarms" });
            actions.Add("${aws_sns_topic.alarms.arn}");
        }
        for (var i = 0; i < mail.Count; i++)
            Add(resources, "aws_sns_topic_subscription", $"alarms_{i + 1}", new()
            {
                ["topic_arn"] = "${aws_sns_topic.alarms.arn}", ["protocol"] = "email", ["endpoint"] = mail[i],
            });
        foreach (var alarm in alarms)
        {
            JsonObject resource = new()
            {
                ["alarm_name"] = alarm.Name, ["alarm_description"] = alarm.About, ["alarm_actions"] = Json.List(actions),
                ["comparison_operator"] = "GreaterThanThreshold", ["threshold"] = alarm.Threshold, ["evaluation_periods"] = alarm.Periods,
                ["treat_missing_data"] = "notBreaching",
            };
            if (alarm.Queries is [var only])
            {
                resource["namespace"] = only.Namespace;
                resource["metric_name"] = only.Metric;
                resource[only.Statistic.StartsWith('p') ? "extended_statistic" : "statistic"] = only.Statistic;
                resource["period"] = only.PeriodSeconds;
                if (only.Dimensions.Count > 0) resource["dimensions"] = Dimensions(only);
            }
            else resource["metric_query"] = Json.List(alarm.Queries.Select(JsonNode (q, i) => Query(q, i == alarm.Queries.Count - 1)));
            Add(resources, "aws_cloudwatch_metric_alarm", Id(alarm.Name), resource);
        }
    }

    static JsonObject Query(AlarmQuery query, bool isAnswer)
    {
        JsonObject one = new() { ["id"] = query.Id, ["return_data"] = isAnswer };
        if (query.Expression.Length > 0)
        {
            one["expression"] = query.Expression;
            one["period"] = query.PeriodSeconds;
            return one;
        }
        JsonObject metric = new()
        {
            ["namespace"] = query.Namespace, ["metric_name"] = query.Metric, ["period"] = query.PeriodSeconds, ["stat"] = query.Statistic,
        };
        if (query.Dimensions.Count > 0) metric["dimensions"] = Dimensions(query);
        one["metric"] = metric;
        return one;
    }

    static JsonObject Dimensions(AlarmQuery query)
    {
        JsonObject dimensions = [];
        foreach (var (name, value) in query.Dimensions) dimensions[name] = value;
        return dimensions;
    }

    static void AddBucket(JsonObject resources, string name, string bucket, int? keepDays, JsonObject writer)
    {
        var own = $"${{aws_s3_bucket.{name}.id}}";
        Add(resources, "aws_s3_bucket", name, new()
        {
            // What was logged and billed is not deleted by a change of configuration.
            ["bucket"] = bucket, ["lifecycle"] = new JsonObject { ["prevent_destroy"] = true },
        });
        Add(resources, "aws_s3_bucket_public_access_block", name, new()
        {
            ["bucket"] = own, ["block_public_acls"] = true, ["block_public_policy"] = true, ["ignore_public_acls"] = true,
            ["restrict_public_buckets"] = true,
        });
        Add(resources, "aws_s3_bucket_ownership_controls", name, new()
        {
            ["bucket"] = own, ["rule"] = new JsonObject { ["object_ownership"] = "BucketOwnerEnforced" },
        });
        Add(resources, "aws_s3_bucket_server_side_encryption_configuration", name, new()
        {
            ["bucket"] = own,
            ["rule"] = new JsonObject { ["apply_server_side_encryption_by_default"] = new JsonObject { ["sse_algorithm"] = "AES256" } },
        });
        if (keepDays is { } days)
            Add(resources, "aws_s3_bucket_lifecycle_configuration", name, new()
            {
                ["bucket"] = own,
                ["rule"] = new JsonObject
                {
                    ["id"] = "keep-as-the-policy-says", ["status"] = "Enabled", ["filter"] = new JsonObject { ["prefix"] = "" },
                    ["transition"] = Json.List(LogStorage.Moves(days).Select(JsonNode (m) => new JsonObject
                    {
                        ["storage_class"] = m.Class, ["days"] = m.AfterDays,
                    })),
                    ["expiration"] = new JsonObject { ["days"] = days },
                },
            });
        JsonObject tls = new()
        {
            ["Sid"] = "OnlyEncryptedConnections", ["Effect"] = "Deny", ["Principal"] = "*", ["Action"] = "s3:*",
            ["Resource"] = Json.List([$"${{aws_s3_bucket.{name}.arn}}", $"${{aws_s3_bucket.{name}.arn}}/*"]),
            ["Condition"] = new JsonObject { ["Bool"] = new JsonObject { ["aws:SecureTransport"] = "false" } },
        };
        Add(resources, "aws_s3_bucket_policy", name, new()
        {
            ["bucket"] = own,
            ["policy"] = new JsonObject { ["Version"] = PolicyDocument.Version, ["Statement"] = new JsonArray(tls, writer) }.ToJsonString(),
        });
    }

    static void AddLogging(JsonObject resources, WatchedAccount account, LogBucket logs)
    {
        AddBucket(resources, "logs", logs.Name, logs.KeepDays, new JsonObject
        {
            ["Sid"] = "BedrockWritesLogs", ["Effect"] = "Allow", ["Principal"] = new JsonObject { ["Service"] = "bedrock.amazonaws.com" },
            ["Action"] = "s3:PutObject",
            ["Resource"] = $"${{aws_s3_bucket.logs.arn}}/AWSLogs/{account.Account.Id}/BedrockModelInvocationLogs/*",
            ["Condition"] = new JsonObject
            {
                ["StringEquals"] = new JsonObject { ["aws:SourceAccount"] = account.Account.Id },
                ["ArnLike"] = new JsonObject { ["aws:SourceArn"] =
                    $"arn:{account.Partition}:bedrock:{account.Region}:{account.Account.Id}:*" },
            },
        });
        Add(resources, "aws_bedrock_model_invocation_logging_configuration", "logs", new()
        {
            ["logging_config"] = new JsonObject
            {
                ["text_data_delivery_enabled"] = logs.WithText, ["image_data_delivery_enabled"] = logs.WithText,
                ["embedding_data_delivery_enabled"] = logs.WithText, ["video_data_delivery_enabled"] = logs.WithText,
                ["s3_config"] = new JsonObject { ["bucket_name"] = "${aws_s3_bucket.logs.id}", ["key_prefix"] = "" },
            },
            ["depends_on"] = Json.List(["aws_s3_bucket_policy.logs"]),
        });
    }

    static string Id(string name) => new([.. name.ToLowerInvariant().Select(c => char.IsAsciiLetterOrDigit(c) ? c : '_')]);
}
