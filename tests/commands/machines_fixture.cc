#include "tests/commands/machines_fixture.h"

#include <cctype>
#include <stdexcept>

#include <fmt/format.h>

#include "commands/verify.h"
#include "eventstore/event_codec.h"
#include "eventstore/event_entity.h"
#include "projections/projector.h"
#include "tests/support/ledger.h"
#include "tests/support/must.h"

namespace annals::machines {
namespace {

using support::Must;

std::string LineOf(const support::StoredRecord& record, Position first) {
  RecordFolder reader;
  const RecordView view = record.View();
  const FoldedEvent event = Must(reader.Read(view));
  const EntityRef entity = EntityOf(event.event, record.stream);
  std::string line = fmt::format("{} {}: ", entity.machine, entity.id);
  const auto body = event.event.getBody();
  if (body.isTransitioned()) {
    const auto moved = body.getTransitioned();
    line += fmt::format("{} -> {}", View(moved.getFrom()), View(moved.getTo()));
    if (!View(moved.getTrigger()).empty()) line += fmt::format(" by {}", View(moved.getTrigger()));
    if (moved.hasOperator())
      line += fmt::format(", {} {}", moved.getByHand() ? "by hand" : "override", View(moved.getOperator()));
  } else {
    line += record.event_type.substr(record.event_type.rfind('_') + 1);
  }
  if (const uint64_t cause = event.event.getCausation())
    line += fmt::format(", because of {}", cause - first.value + 1);
  if (!event.text.empty()) line += fmt::format(": {}", event.text);
  return line;
}

}  // namespace

std::string Cmd(std::string_view name, std::string_view fields) {
  std::string json = fmt::format(R"({{"command":"{}")", name);
  size_t at = 0;
  while (at < fields.size()) {
    const size_t end = std::min(fields.find(' ', at), fields.size());
    const std::string_view field = fields.substr(at, end - at);
    at = end + 1;
    const size_t equals = field.find('=');
    std::string value(field.substr(equals + 1));
    for (char& c : value) {
      if (c == '_' && field.starts_with("reason=")) c = ' ';
    }
    const bool is_raw = value == "true" || value == "false" || value[0] == '{' || value[0] == '[' ||
                        value.find_first_not_of("0123456789") == std::string::npos;
    json += is_raw ? fmt::format(R"(,"{}":{})", field.substr(0, equals), value)
                   : fmt::format(R"(,"{}":"{}")", field.substr(0, equals), value);
  }
  return json + "}";
}

World::World() {
  Given({Cmd("create_run", "run_id=r1 status=running"), Cmd("create_workstream", "run_id=r1 ws_id=a"),
         Cmd("create_workstream", R"(run_id=r1 ws_id=b depends_on=["a"])"),
         Cmd("create_worker", "worker_id=w1 status=idle")});
}

World& World::Given(const std::vector<std::string>& commands) {
  for (const std::string& command : commands) session_.Accept(command);
  return *this;
}

std::vector<std::string> World::When(const std::string& command) {
  const Receipt receipt = session_.Accept(command);
  std::vector<std::string> lines;
  if (receipt.first_position.value == 0) return lines;
  for (const support::StoredRecord& record :
       support::RecordsOf(storage(), {.first = receipt.first_position, .last = receipt.last_position})) {
    lines.push_back(LineOf(record, receipt.first_position));
  }
  return lines;
}

std::string World::Cell(std::string_view table, const std::vector<std::string>& key, std::string_view column) {
  const TableDef* const def = FindProjectedTable(table);
  if (def == nullptr) throw std::runtime_error("no such table");
  RowQuery query{.table = def};
  for (size_t i = 0; i < key.size(); ++i) query.equals.push_back({i, std::string_view(key[i])});
  std::string cell = "no row";
  const auto snapshot = Must(storage().Read());
  Must(snapshot->ReadRows(query, TableSet::kLive, [&](Row row) {
    cell = support::LineOf(row.subspan(def->ColumnIndex(column), 1));
    return absl::OkStatus();
  }));
  if (cell.starts_with('\'') && cell.size() > 1) cell = cell.substr(1, cell.size() - 2);
  return cell;
}

void World::PassSeconds(int64_t seconds) {
  const Timestamp now = session_.clock().Now();
  session_.clock().Set({now.micros + seconds * 1'000'000});
}

std::string World::Faults() {
  std::string faults = support::FaultsOf(storage());
  Storage* const one = &storage();
  Must(Verify(
      {&one, 1}, {}, [](uint64_t, uint64_t) {},
      [&](const annals::Fault& fault) {
        faults +=
            fmt::format("{} {}: {}\n", fault.position.value_or(Position{}).value, NameOf(fault.kind), fault.detail);
      }));
  return faults;
}

}  // namespace annals::machines
