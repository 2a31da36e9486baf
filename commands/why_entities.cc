// The kinds of entity that an EntityLaw describes, and those of machines that users defined.
#include <algorithm>
#include <memory>

#include <capnp/dynamic.h>
#include <fmt/format.h>

#include "commands/entity_law.h"
#include "commands/machine_shelf.h"
#include "commands/missing_entity.h"
#include "commands/why_kinds.h"
#include "eventstore/event_codec.h"
#include "projections/entity_tables.h"
#include "schemas/check.h"
#include "schemas/json_schema.h"
#include "schemas/status.h"

namespace annals::why {
namespace {

// How the commands of a kind are called.
struct Words {
  const EntityLaw& law;
  std::string_view transition;  // in JSON
  std::string_view id_field;
};

capnp::DynamicStruct::Builder InitBody(schema::Command::Builder command, std::string_view name) {
  auto body = capnp::DynamicStruct::Builder(capnp::toDynamic(command)).get("body").as<capnp::DynamicStruct>();
  for (const auto member : body.getSchema().getUnionFields()) {
    if (SnakeCase(member.getProto().getName().cStr()) == name) return body.init(member).as<capnp::DynamicStruct>();
  }
  CHECK(false);  // the table names a command that the schema does not have
  return body;
}

void SetField(capnp::DynamicStruct::Builder fields, std::string_view name, std::string_view text) {
  for (const auto field : fields.getSchema().getFields()) {
    if (SnakeCase(field.getProto().getName().cStr()) == name) return fields.set(field, AsText(text));
  }
}

// What an edge's guards want a caller to state, as options of the command line and as fields.
struct Stated {
  std::string options;
  std::vector<std::pair<std::string, std::string>> fields;
  std::string_view left_open = {};  // the guard about what no field is filled for
};

Stated StatedFor(const Edge* edge, const RequestRow* request) {
  Stated stated;
  if (edge == nullptr) return stated;
  for (const Guard* const guard : edge->guards) {
    if (guard->name == "reason_required") {
      stated.options += " --reason TEXT";
      stated.fields.emplace_back("reason", "TEXT");
    } else if (guard->name == "operator_required") {
      stated.options += " --operator NAME";
      stated.fields.emplace_back("operator", "NAME");
    } else if (guard->name == "worker_named") {
      stated.options += " --worker WORKER";
      stated.left_open = guard->name;
    } else if (guard->name == "plan_given") {
      stated.fields.emplace_back("plan", "TEXT");
    } else if (guard->name == "implementation_given") {
      stated.fields.emplace_back("implementation", "TEXT");
    } else if (guard->name == "digest_is_current" && request != nullptr) {
      const bool is_plan = request->status.starts_with("plan_");
      const std::string digest = (is_plan ? request->plan_digest : request->implementation_digest).value_or("");
      // Not the digest: it stands where what is approved is shown.
      stated.options += " --digest HEX";
      stated.fields.emplace_back("digest", digest);
    }
  }
  return stated;
}

// nullptr: none leads there.
const Edge* EdgeTo(const Subject& subject, std::string_view to, std::string_view trigger) {
  const Edge* edge = nullptr;
  for (const Edge& one : subject.machine->EdgesFrom(subject.state)) {
    if (one.to == to && (trigger.empty() || one.trigger == trigger)) edge = &one;
  }
  return edge;
}

std::string TriggerOption(std::string_view trigger) {
  return trigger.empty() ? "" : fmt::format(" --trigger {}", trigger);
}

template <const Words& kWords>
absl::StatusOr<Subject> Find(Snapshot&, Rows& rows, const EntityName& name) {
  const EntityLaw& law = kWords.law;
  GuardInput seen{.rows = rows};
  if (law.IsInRun()) RETURN_IF_ERROR(NeedRun(rows, name.run_id).status());
  ASSIGN_OR_RETURN(const std::optional<EntityState> state, law.find(name.run_id, name.id, seen));
  const std::string in_run = law.IsInRun() ? fmt::format(" of run {}", name.run_id) : "";
  if (!state) {
    return NoSuchEntity(fmt::format("{} {}", law.machine().name(), name.id), law.list_command, name.run_id);
  }
  Subject subject{.name = name,
                  .title = fmt::format("{} {}{}", law.machine().name(), name.id, in_run),
                  .state = std::string(state->status),
                  .is_final = law.machine().IsTerminal(state->status),
                  .run_id = name.run_id,
                  .ws_id = std::string(state->ws_id)};
  subject.machine = Unowned(law.machine());
  if (!law.IsInRun()) subject.stream = std::string(law.stream_prefix) + name.id;
  if (seen.request != nullptr) {
    const bool is_plan = seen.request->status.starts_with("plan_");
    subject.digest = (is_plan ? seen.request->plan_digest : seen.request->implementation_digest).value_or("");
  }
  return subject;
}

template <const Words& kWords>
Candidate Move(const Subject& subject, std::string_view to, std::string_view trigger) {
  const EntityLaw& law = kWords.law;
  const Edge* const edge = EdgeTo(subject, to, trigger);
  RequestRow request;
  request.status = subject.state;
  request.plan_digest = request.implementation_digest = subject.digest;
  const Stated stated = StatedFor(edge, &request);
  // "annals task list" is the command of the group.
  const std::string_view group = law.list_command.substr(0, law.list_command.rfind(' '));
  const bool brings_text = !stated.fields.empty() && stated.options.empty();
  const bool assigns = stated.left_open == "worker_named";
  std::string line = std::string(group);
  if (brings_text) {
    line += fmt::format(" {} {} TEXT", stated.fields[0].first == "plan" ? "plan" : "submit", subject.name.id);
  } else if (assigns) {
    line += fmt::format(" assign {}", subject.name.id);
  } else {
    line += fmt::format(" transition {} {}", subject.name.id, to);
  }
  if (law.IsInRun()) line += fmt::format(" --run {}", subject.run_id);
  return {.fill =
              [run_id = subject.run_id, id = subject.name.id, to = std::string(to), trigger = std::string(trigger),
               fields = stated.fields](auto command) {
                auto body = InitBody(command, kWords.transition);
                SetField(body, kWords.id_field, id);
                if (kWords.law.IsInRun()) SetField(body, "run_id", run_id);
                SetField(body, "to", to);
                if (!trigger.empty()) SetField(body, "trigger", trigger);
                for (const auto& [field, text] : fields) SetField(body, field, text);
              },
          .line = line + TriggerOption(trigger) + stated.options,
          .left_open = stated.left_open};
}

std::vector<Candidate> NoRecords(const Subject&) {
  return {};
}

absl::StatusOr<std::vector<Sentence>> NoFindings(const Inquiry&, const Subject&) {
  return std::vector<Sentence>();
}

// "deploy/d1": the machine and the entity.
struct UsersName {
  std::string_view machine, id;
};
UsersName SplitName(std::string_view name) {
  const size_t slash = std::min(name.find('/'), name.size());
  return {name.substr(0, slash), name.substr(std::min(slash + 1, name.size()))};
}

absl::StatusOr<Subject> FindUsers(Snapshot&, Rows& rows, const EntityName& name) {
  const auto [machine, id] = SplitName(name.id);
  if (id.empty()) {
    return absl::InvalidArgumentError(
        fmt::format("entity {}: say the machine too, such as annals why entity deploy/d1", name.id));
  }
  ASSIGN_OR_RETURN(const EntityRow* const row, rows.entities.Find({machine, id}));
  if (row == nullptr) {
    return NoSuchEntity(fmt::format("{} {}", machine, id), fmt::format("annals entity list --machine {}", machine));
  }
  Subject subject{.name = name,
                  .title = fmt::format("{} {}", machine, id),
                  .state = row->status,
                  .is_final = row->IsFinal(),
                  .run_id = {},
                  .stream = fmt::format("entity/{}", name.id)};
  const auto machines = std::make_shared<MachineShelf>();
  ASSIGN_OR_RETURN(const Machine* const found, machines->Version(machine, row->machine_version, rows));
  subject.machine = {machines, found};
  return subject;
}

Candidate MoveUsers(const Subject& subject, std::string_view to, std::string_view trigger) {
  const Stated stated = StatedFor(EdgeTo(subject, to, trigger), nullptr);
  const auto [machine, id] = SplitName(subject.name.id);
  return {.fill =
              [name = subject.name.id, to = std::string(to), trigger = std::string(trigger),
               fields = stated.fields](auto command) {
                auto body = InitBody(command, "transition_entity");
                SetField(body, "machine", SplitName(name).machine);
                SetField(body, "entity_id", SplitName(name).id);
                SetField(body, "to", to);
                if (!trigger.empty()) SetField(body, "trigger", trigger);
                for (const auto& [field, text] : fields) SetField(body, field, text);
              },
          .line = fmt::format("annals entity transition {} {} --machine {}{}{}", id, to, machine,
                              TriggerOption(trigger), stated.options)};
}

constexpr Words kTask{kTaskLaw, "transition_task", "task_id"};
constexpr Words kWorker{kWorkerLaw, "transition_worker", "worker_id"};
constexpr Words kPatch{kPatchLaw, "transition_patch", "patch_id"};
constexpr Words kTestGate{kTestGateLaw, "transition_test_gate", "gate_id"};
constexpr Words kCircuitBreaker{kCircuitBreakerLaw, "transition_circuit_breaker", "tool"};
constexpr Words kRequest{kRequestLaw, "transition_request", "request_id"};

constexpr Kind kKinds[] = {
    {"task", "", true, Find<kTask>, {}, Move<kTask>, NoRecords, NoFindings},
    {"worker", "", false, Find<kWorker>, {}, Move<kWorker>, NoRecords, NoFindings},
    {"patch", "", true, Find<kPatch>, {}, Move<kPatch>, NoRecords, NoFindings},
    {"test_gate", "gate", true, Find<kTestGate>, {}, Move<kTestGate>, NoRecords, NoFindings},
    {"circuit_breaker", "breaker", false, Find<kCircuitBreaker>, {}, Move<kCircuitBreaker>, NoRecords, NoFindings},
    {"request", "", false, Find<kRequest>, {}, Move<kRequest>, NoRecords, NoFindings},
    {"entity", "", false, FindUsers, {}, MoveUsers, NoRecords, NoFindings},
};

}  // namespace

absl::Span<const Kind> EntityKinds() {
  return kKinds;
}

}  // namespace annals::why
