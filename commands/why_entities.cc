// The kinds of entity that an EntityLaw describes, and those of machines that users defined.
#include <algorithm>

#include <capnp/dynamic.h>
#include <fmt/format.h>

#include "commands/entity_law.h"
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
    } else if (guard->name == "plan_given") {
      stated.fields.emplace_back("plan", "TEXT");
    } else if (guard->name == "implementation_given") {
      stated.fields.emplace_back("implementation", "TEXT");
    } else if (guard->name == "digest_is_current" && request != nullptr) {
      const bool is_plan = request->status.starts_with("plan_");
      const std::string digest = (is_plan ? request->plan_digest : request->implementation_digest).value_or("");
      stated.options += fmt::format(" --digest {}", digest);
      stated.fields.emplace_back("digest", digest);
    }
  }
  return stated;
}

template <const Words& kWords>
absl::StatusOr<Subject> Find(Snapshot&, Rows& rows, const EntityName& name) {
  const EntityLaw& law = kWords.law;
  GuardInput seen{.rows = rows};
  if (law.IsInRun()) RETURN_IF_ERROR(NeedRun(rows, name.run_id).status());
  ASSIGN_OR_RETURN(const std::optional<EntityState> state, law.find(name.run_id, name.id, seen));
  const std::string in_run = law.IsInRun() ? fmt::format(" of run {}", name.run_id) : "";
  if (!state) {
    return absl::NotFoundError(fmt::format("there is no {} {}{}; {} shows those there are", law.machine().name(),
                                           name.id, in_run, law.list_command));
  }
  Subject subject{.name = name,
                  .title = fmt::format("{} {}{}", law.machine().name(), name.id, in_run),
                  .state = std::string(state->status),
                  .is_final = law.machine().IsTerminal(state->status),
                  .run_id = name.run_id,
                  .ws_id = std::string(state->ws_id)};
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
  const Edge* edge = nullptr;
  for (const Edge& one : law.machine().EdgesFrom(subject.state)) {
    if (one.to == to && (trigger.empty() || one.trigger == trigger)) edge = &one;
  }
  RequestRow request;
  request.status = subject.state;
  request.plan_digest = request.implementation_digest = subject.digest;
  const Stated stated = StatedFor(edge, &request);
  // "annals task list" is the command of the group.
  const std::string_view group = law.list_command.substr(0, law.list_command.rfind(' '));
  const bool brings_text = !stated.fields.empty() && stated.options.empty();
  const std::string verb = brings_text ? (stated.fields[0].first == "plan" ? "plan" : "submit") : "transition";
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
          .line = fmt::format("{} {} {} {}{}{}{}", group, verb, subject.name.id, brings_text ? "TEXT" : to,
                              law.IsInRun() ? fmt::format(" --run {}", subject.run_id) : "",
                              trigger.empty() ? "" : fmt::format(" --trigger {}", trigger), stated.options)};
}

std::vector<Candidate> NoRecords(const Subject&) {
  return {};
}

absl::StatusOr<std::vector<Sentence>> NoFindings(const Inquiry&, const Subject&) {
  return std::vector<Sentence>();
}

// "deploy/d1": the machine and the entity.
absl::StatusOr<Subject> FindUsers(Snapshot&, Rows& rows, const EntityName& name) {
  const size_t slash = name.id.find('/');
  if (slash == std::string::npos) {
    return absl::InvalidArgumentError(
        fmt::format("entity {}: say the machine too, such as annals why entity deploy/d1", name.id));
  }
  const std::string_view machine = std::string_view(name.id).substr(0, slash);
  const std::string_view id = std::string_view(name.id).substr(slash + 1);
  ASSIGN_OR_RETURN(const EntityRow* const row, rows.entities.Find({machine, id}));
  if (row == nullptr) {
    return absl::NotFoundError(
        fmt::format("there is no {0} {1}; annals entity list --machine {0} shows those there are", machine, id));
  }
  return Subject{.name = name,
                 .title = fmt::format("{} {}", machine, id),
                 .state = row->status,
                 .is_final = row->IsFinal(),
                 .run_id = {},
                 .stream = fmt::format("entity/{}", name.id)};
}

constexpr Words kTask{kTaskLaw, "transition_task", "task_id"};
constexpr Words kWorker{kWorkerLaw, "transition_worker", "worker_id"};
constexpr Words kPatch{kPatchLaw, "transition_patch", "patch_id"};
constexpr Words kTestGate{kTestGateLaw, "transition_test_gate", "gate_id"};
constexpr Words kCircuitBreaker{kCircuitBreakerLaw, "transition_circuit_breaker", "tool"};
constexpr Words kRequest{kRequestLaw, "transition_request", "request_id"};

constexpr Kind kKinds[] = {
    {"task", "", true, Find<kTask>, TaskMachine, {}, Move<kTask>, NoRecords, NoFindings},
    {"worker", "", false, Find<kWorker>, WorkerMachine, {}, Move<kWorker>, NoRecords, NoFindings},
    {"patch", "", true, Find<kPatch>, PatchMachine, {}, Move<kPatch>, NoRecords, NoFindings},
    {"test_gate", "gate", true, Find<kTestGate>, TestGateMachine, {}, Move<kTestGate>, NoRecords, NoFindings},
    {"circuit_breaker",
     "breaker",
     false,
     Find<kCircuitBreaker>,
     CircuitBreakerMachine,
     {},
     Move<kCircuitBreaker>,
     NoRecords,
     NoFindings},
    {"request", "", false, Find<kRequest>, RequestMachine, {}, Move<kRequest>, NoRecords, NoFindings},
    {"entity", "", false, FindUsers, nullptr, {}, nullptr, NoRecords, NoFindings},
};

}  // namespace

absl::Span<const Kind> EntityKinds() {
  return kKinds;
}

}  // namespace annals::why
