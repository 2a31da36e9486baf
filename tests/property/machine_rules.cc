#include "tests/property/machine_rules.h"

#include <algorithm>
#include <vector>

#include <fmt/format.h>

#include "eventstore/event_codec.h"
#include "eventstore/event_entity.h"
#include "tests/support/must.h"

namespace annals::property {
namespace {

using support::Must;

template <class RowStruct>
std::vector<RowStruct> All(Snapshot& snapshot, const RowType<RowStruct>& type) {
  std::vector<RowStruct> rows;
  Must(snapshot.ReadRows({.table = &type.table()}, TableSet::kLive, [&](Row row) {
    rows.push_back(type.FromValues(row));
    return absl::OkStatus();
  }));
  return rows;
}

}  // namespace

std::string Contradictions(Storage& storage) {
  const auto snapshot = Must(storage.Read());
  const auto tasks = All(*snapshot, TasksTable());
  const auto workstreams = All(*snapshot, WorkstreamsTable());
  const auto runs = All(*snapshot, RunsTable());
  const auto gates = All(*snapshot, TestGatesTable());
  for (const WorkerRow& worker : All(*snapshot, WorkersTable())) {
    const auto held = std::ranges::count(tasks, std::optional(worker.worker_id), &TaskRow::worker_id);
    if (held != worker.current_load) {
      return fmt::format("worker {} holds {} task(s), its row says {}", worker.worker_id, held, worker.current_load);
    }
    if (held > worker.max_concurrent_tasks)
      return fmt::format("worker {} holds {} task(s), more than it may", worker.worker_id, held);
    if (worker.status == "idle" && held > 0) return fmt::format("worker {} holds a task and is idle", worker.worker_id);
  }
  const auto patches = All(*snapshot, PatchesTable());
  for (const WorkstreamRow& ws : workstreams) {
    const auto quarantined = std::ranges::count_if(patches, [&](const PatchRow& patch) {
      return patch.run_id == ws.run_id && patch.ws_id == ws.ws_id && patch.status == "quarantined";
    });
    if (quarantined != ws.patches_quarantined) {
      return fmt::format("workstream {}/{} has {} quarantined patches, its row says {}", ws.run_id, ws.ws_id,
                         quarantined, ws.patches_quarantined);
    }
  }
  for (const TaskRow& task : tasks) {
    const std::string name = fmt::format("task {}/{}", task.run_id, task.task_id);
    if (task.worker_id && task.status != "running") return name + " is held by a worker and does not run";
    if (task.retry_at.has_value() != (task.status == "retrying"))
      return name + " has a time to be tried again, or none";
    const auto ws = std::ranges::find_if(
        workstreams, [&](const WorkstreamRow& row) { return row.run_id == task.run_id && row.ws_id == task.ws_id; });
    if (task.is_critical && task.status == "failed" && !ws->IsFinal()) return name + " failed, its workstream goes on";
    for (const TestGateRow& gate : gates) {
      const std::string quoted = fmt::format("\"{}\"", gate.gate_id);
      const bool needs = task.gate_dependencies.find(quoted) != std::string::npos ||
                         task.validation_gates.find(quoted) != std::string::npos;
      if (!needs || gate.run_id != task.run_id || gate.status != "failed") continue;
      if (task.status == "validating") return fmt::format("{} is validated though gate {} failed", name, gate.gate_id);
      if (task.status == "pending") return fmt::format("{} waits for gate {}, which failed", name, gate.gate_id);
    }
  }
  for (const CircuitBreakerRow& breaker : All(*snapshot, CircuitBreakersTable())) {
    const std::string name = "breaker " + breaker.tool;
    if (breaker.opened_at.has_value() != (breaker.status == "open")) return name + " is open since never, or not open";
    if (breaker.status == "closed" && breaker.failures >= breaker.failure_threshold) return name + " stayed closed";
    if (breaker.status == "half_open" && breaker.failures > 0) return name + " failed and is still half open";
    if (breaker.status == "half_open" && breaker.successes >= breaker.success_threshold) return name + " did not close";
  }
  return "";
}

std::string StateWatch::ReadOn(Storage& storage) {
  const auto snapshot = Must(storage.Read());
  const auto cursor = Must(snapshot->ReadLog({.first = {read_.value + 1}}));
  RecordFolder reader;
  while (const RecordView* const record = Must(cursor->Next())) {
    read_ = record->position;
    const std::string objection = Read(Must(reader.Read(*record)));
    if (!objection.empty()) return fmt::format("position {}: {}", read_.value, objection);
  }
  return "";
}

void StateWatch::Begin(const std::string& entity, const Machine& machine) {
  standings_.emplace(entity, Standing{std::string(machine.initial()), &machine});
  ++reached_[fmt::format("{} {}", machine.name(), machine.initial())];
}

std::string StateWatch::Read(const FoldedEvent& event) {
  const auto body = event.event.getBody();
  const EntityRef ref = EntityOf(event.event, event.stream);
  const bool in_run = !event.run_id.empty();
  const std::string entity = fmt::format("{} {}/{}", ref.machine, in_run ? event.run_id : "", ref.id);
  if (body.isRunCreated()) {
    Begin(entity, RunMachine());
  } else if (body.isWorkstreamCreated()) {
    Begin(entity, WorkstreamMachine());
  } else if (body.isMachineDefined()) {
    const auto defined = body.getMachineDefined();
    const std::string key = fmt::format("{} {}", ref.id, View(defined.getVersion()));
    if (defined_.contains(key)) return "";
    auto& [definition, machine] =
        defined_.emplace(key, std::pair(Must(ReadMachineDefinition(View(defined.getDefinition()))), std::nullopt))
            .first->second;
    machine = Must(Machine::FromData(definition.data()));
  } else if (body.isCreated()) {
    const auto created = body.getCreated();
    const auto defined = defined_.find(fmt::format("{} {}", ref.machine, View(created.getMachineVersion())));
    if (standings_.contains(entity)) return entity + " is made a second time";
    Begin(entity, defined != defined_.end() ? *defined->second.second : *Must(FindMachine(ref.machine)));
  } else if (body.isTransitioned()) {
    const auto moved = body.getTransitioned();
    const std::string from(View(moved.getFrom())), to(View(moved.getTo()));
    const auto found = standings_.find(entity);
    if (found == standings_.end()) return entity + " is moved and was never made";
    auto& [state, machine] = found->second;
    if (state != from) return fmt::format("{} leaves {}, it is {}", entity, from, state);
    if (machine->IsTerminal(from)) return fmt::format("{} leaves {}, which is final", entity, from);
    if (!machine->HasState(to)) return fmt::format("{} goes to {}", entity, to);
    const bool has_edge = std::ranges::any_of(machine->EdgesFrom(from), [&](const Edge& edge) {
      return edge.to == to && edge.trigger == View(moved.getTrigger());
    });
    if (!has_edge && !IsOverride(moved)) return fmt::format("{} goes from {} to {} along no edge", entity, from, to);
    state = to;
    ++reached_[fmt::format("{} {}", machine->name(), to)];
  }
  return "";
}

}  // namespace annals::property
