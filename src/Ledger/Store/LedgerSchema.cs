using Assay.Usage;

namespace Assay.Ledger.Store;

/// <summary>
/// The tables of a ledger. Plain SQL: types and statements that other engines have too, no index, no sequence, no key to enforce.
/// </summary>
static class LedgerSchema
{
    /// <summary>Raised when a ledger of before cannot be read any more as if it were of now.</summary>
    public const int Version = 1;

    // Numbers of rows are given by the store, which is the only writer. Times are UTC.
    public const string Tables = """
        CREATE TABLE ledger(version INTEGER, made_at TIMESTAMP);
        CREATE TABLE source(id INTEGER, origin VARCHAR, path VARCHAR, digest VARCHAR, period DATE, payer VARCHAR, calls BIGINT,
          duplicates BIGINT, known_at TIMESTAMP, superseded_at TIMESTAMP);
        CREATE TABLE kind(id INTEGER, account VARCHAR, principal VARCHAR, app VARCHAR, team VARCHAR, env VARCHAR, tags VARCHAR,
          region VARCHAR, model VARCHAR, scope VARCHAR, model_kind VARCHAR, operation VARCHAR, mode VARCHAR, tier VARCHAR,
          term VARCHAR, context VARCHAR, is_sum BOOLEAN);
        CREATE TABLE meter(id UTINYINT, name VARCHAR, unit VARCHAR);
        CREATE TABLE stop(id INTEGER, reason VARCHAR);
        CREATE TABLE cell(id INTEGER, origin VARCHAR, bill INTEGER, kind INTEGER, day DATE, is_long BOOLEAN, failed BOOLEAN,
          error VARCHAR, meters BIGINT, calls BIGINT, first_tick BIGINT, last_tick BIGINT, known_at TIMESTAMP, superseded_at TIMESTAMP);
        CREATE TABLE cell_meter(cell INTEGER, meter UTINYINT, quantity DECIMAL(38,0), fraction DECIMAL(38,28), open DECIMAL(38,0));
        CREATE TABLE call(number BIGINT, cell INTEGER, source INTEGER, second INTEGER, tick INTEGER, id UUID, id_text VARCHAR,
          stop INTEGER);
        CREATE TABLE usage(call BIGINT, cell INTEGER, hour UTINYINT, meter UTINYINT, quantity BIGINT, fraction DECIMAL(38,28),
          open BIGINT);
        CREATE TABLE bill_line(source INTEGER, line INTEGER, request VARCHAR, id VARCHAR, format VARCHAR, charge VARCHAR,
          charge_name VARCHAR, starts_at TIMESTAMP, ends_at TIMESTAMP, period DATE, account VARCHAR, payer VARCHAR, region VARCHAR,
          usage_type VARCHAR, operation VARCHAR, service_code VARCHAR, product_name VARCHAR, description VARCHAR,
          billing_entity VARCHAR, legal_entity VARCHAR, invoice_id VARCHAR, resource_id VARCHAR, principal VARCHAR, tags VARCHAR,
          whole_quantity DECIMAL(38,0), fraction DECIMAL(38,28), unit VARCHAR, cost DECIMAL(38,28), net_cost DECIMAL(38,28),
          list_cost DECIMAL(38,28), unclassified VARCHAR, is_mantle BOOLEAN, path VARCHAR, path_row BIGINT);
        CREATE TABLE rating(id INTEGER, book VARCHAR, digest VARCHAR, known_at TIMESTAMP);
        CREATE TABLE price(rating INTEGER, kind INTEGER, is_long BOOLEAN, meter UTINYINT, from_day DATE, until_day DATE,
          context VARCHAR, usd DECIMAL(38,28), usd_above DECIMAL(38,28), cause INTEGER, reason VARCHAR, sku VARCHAR, unit VARCHAR,
          unit_usd DECIMAL(38,28), rate_from DATE, rate_until DATE, rate_source VARCHAR, rate_scope VARCHAR, rate_region VARCHAR);
        """;

    // For people. Fifteen decimals hold every price per token there is, and a product of them with a quantity is a decimal still.
    public const string Views = """
        CREATE VIEW spend AS
        SELECT c.day, k.account, k.principal, k.app, k.team, k.env, k.region, k.model, k.scope, k.operation, k.mode, k.tier, c.origin,
          m.name AS meter, m.unit, c.calls, s.quantity, s.fraction, CAST(p.usd AS DECIMAL(19,15)) AS usd,
          CAST(s.quantity AS BIGINT) * CAST(p.usd AS DECIMAL(19,15))
            + CAST(CAST(coalesce(s.fraction, 0) AS DECIMAL(19,12)) * CAST(p.usd AS DECIMAL(19,15)) AS DECIMAL(38,15)) AS cost,
          p.reason AS unpriced
        FROM cell c JOIN cell_meter s ON s.cell = c.id JOIN kind k ON k.id = c.kind JOIN meter m ON m.id = s.meter
          LEFT JOIN price p ON p.kind = c.kind AND p.is_long = c.is_long AND p.meter = s.meter AND p.from_day <= c.day
            AND c.day < p.until_day AND p.rating = (SELECT max(id) FROM rating)
        WHERE c.superseded_at IS NULL AND c.origin <> 'bill';
        CREATE VIEW charge AS
        SELECT l.id AS request_id, l.id_text AS request_text, c.day, l.second, k.account, k.principal, k.app, k.team, k.env, k.region,
          k.model, k.scope, k.operation, k.mode, k.tier, m.name AS meter, m.unit, u.quantity, u.fraction, f.path, c.origin
        FROM usage u JOIN call l ON l.number = u.call JOIN cell c ON c.id = u.cell JOIN kind k ON k.id = c.kind
          JOIN meter m ON m.id = u.meter JOIN source f ON f.id = l.source
        WHERE c.superseded_at IS NULL AND c.origin <> 'bill';
        """;

    public static string Meters => "INSERT INTO meter VALUES " + string.Join(", ",
        Enum.GetValues<Meter>().Select(m => $"({(int)m}, '{m.Name()}', '{m.Unit()}')"));
}
