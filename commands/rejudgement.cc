#include "commands/rejudgement.h"

#include <algorithm>
#include <set>

#include <fmt/format.h>

#include "commands/entity_law.h"
#include "commands/fault.h"
#include "commands/machine_shelf.h"
#include "eventstore/event_codec.h"
#include "eventstore/event_entity.h"
#include "projections/projector.h"
#include "schemas/status.h"

namespace annals {
namespace {

// A move that was wanted, and how it was decided.
struct Wanted {
  Position position;
  std::string_view id, from, to, trigger;
  std::string_view reason, operator_name;
  bool has_override;
  std::string_view then;
  std::string_view why = {};  // where it was refused
};

Wanted WantedBy(schema::Transitioned::Reader moved, const FoldedEvent& event, std::string_view id) {
  const bool has_override = IsOverride(moved);
  return {.position = event.position,
          .id = id,
          .from = View(moved.getFrom()),
          .to = View(moved.getTo()),
          .trigger = View(moved.getTrigger()),
          .reason = event.text,
          .operator_name = View(moved.getOperator()),
          .has_override = has_override,
          .then = has_override ? "override" : "lawful"};
}

// A refused one as it was asked for. Of operators only those of overrides are recorded.
Wanted WantedBy(schema::CommandRefused::Reader refused, const FoldedEvent& event, std::string_view id) {
  return {.position = event.position,
          .id = id,
          .from = View(refused.getFrom()),
          .to = View(refused.getTo()),
          .trigger = View(refused.getTrigger()),
          .reason = event.text,
          .operator_name = View(refused.getOperator()),
          .has_override = refused.hasOperator(),
          .then = "refused",
          .why = View(refused.getWhy())};
}

// Whether what was refused was a move: creating what exists is none, nor is changing what has ended.
bool IsMove(schema::CommandRefused::Reader refused) {
  return View(refused.getCommand()).starts_with("transition_");
}

// The guard that a refusal names; empty: none.
std::string_view GuardNamedIn(std::string_view why) {
  constexpr std::string_view kStart = "the guard ";
  if (!why.starts_with(kStart)) return {};
  why.remove_prefix(kStart.size());
  return why.substr(0, why.find(' '));
}

// A guard of another machine would look at rows that are not there.
absl::Status CheckGuards(const Machine& proposed) {
  for (const Edge& edge : proposed.edges()) {
    for (const Guard* const guard : edge.guards) {
      if (guard->MayGuard(proposed.name())) continue;
      return absl::InvalidArgumentError(
          fmt::format("judge by the machine {}: the edge from {} to {} by {}: {} looks at what only the {} machine's "
                      "entities have; take it out",
                      proposed.name(), edge.from, edge.to, edge.trigger, guard->name, guard->machines.front()));
    }
  }
  return absl::OkStatus();
}

class Judge {
 public:
  Judge(const Machine& proposed, absl::FunctionRef<void(const Divergence&)> on_divergence)
      : proposed_(proposed), law_(FindLaw(proposed.name())), on_divergence_(on_divergence) {}

  absl::Status Meet(const FoldedEvent& event, Rows& rows) {
    const auto body = event.event.getBody();
    const EntityRef entity = EntityOf(event.event, event.stream);
    if (entity.machine != proposed_.name()) return absl::OkStatus();
    if (body.isTransitioned()) return JudgeMove(event, WantedBy(body.getTransitioned(), event, entity.id), rows);
    if (!body.isCommandRefused()) return absl::OkStatus();
    if (IsMove(body.getCommandRefused()))
      return JudgeMove(event, WantedBy(body.getCommandRefused(), event, entity.id), rows);
    ++found_.undecided;
    return absl::OkStatus();
  }

  const Rejudgement& found() const { return found_; }

 private:
  absl::Status JudgeMove(const FoldedEvent& event, const Wanted& wanted, Rows& rows) {
    if (diverged_.contains({std::string(event.run_id), std::string(wanted.id)})) {
      ++found_.after;
      return absl::OkStatus();
    }
    ASSIGN_OR_RETURN(const GuardInput seen, SeenBy(event, wanted, rows));
    const bool was_refused = wanted.then == "refused";
    if (was_refused) {
      ASSIGN_OR_RETURN(const bool is_decided, IsDecidedByMachine(wanted, seen));
      if (!is_decided) {
        ++found_.undecided;
        return absl::OkStatus();
      }
    }
    ASSIGN_OR_RETURN(const std::string why, Ask(proposed_, wanted, seen));
    ++found_.judged;
    if (was_refused != why.empty()) {
      ++found_.same;
      return absl::OkStatus();
    }
    ++found_.divergences;
    diverged_.emplace(event.run_id, wanted.id);
    on_divergence_({.position = event.position,
                    .run_id = std::string(event.run_id),
                    .entity = std::string(wanted.id),
                    .from = std::string(wanted.from),
                    .to = std::string(wanted.to),
                    .trigger = std::string(wanted.trigger),
                    .then = wanted.then,
                    .now = why.empty() ? "lawful" : "refused",
                    .why = why});
    return absl::OkStatus();
  }

  // What guards look at, as it was when the move was wanted.
  absl::StatusOr<GuardInput> SeenBy(const FoldedEvent& event, const Wanted& wanted, Rows& rows) const {
    GuardInput seen{.rows = rows, .now = event.time(), .reason = wanted.reason, .operator_name = wanted.operator_name};
    const auto body = event.event.getBody();
    if (body.isTransitioned()) {
      seen.moved = body.getTransitioned();
      seen.is_recorded = true;
    }
    if (law_ == nullptr) return seen;
    ASSIGN_OR_RETURN(const std::optional<EntityState> state, law_->find(event.run_id, wanted.id, seen));
    if (law_->IsInRun()) {
      ASSIGN_OR_RETURN(seen.run, rows.Run(event.run_id));
      ASSIGN_OR_RETURN(seen.workstream, rows.Workstream(event.run_id, event.ws_id));
    }
    if (state && (!law_->IsInRun() || seen.run != nullptr)) return seen;
    return NeverMade(wanted);
  }

  absl::Status NeverMade(const Wanted& wanted) const {
    return absl::DataLossError(
        fmt::format("judge position {} again: it is about {} {}, which nothing before it made; annals verify shows "
                    "what was altered",
                    wanted.position.value, proposed_.name(), wanted.id));
  }

  // The law that refused it.
  absl::StatusOr<const Machine*> InForce(const Wanted& wanted, Rows& rows) {
    if (law_ != nullptr) return &law_->machine();
    ASSIGN_OR_RETURN(const EntityRow* const row, rows.entities.Find({proposed_.name(), wanted.id}));
    if (row == nullptr) return NeverMade(wanted);
    return machines_.Version(proposed_.name(), row->machine_version, rows);
  }

  // Whether the edges and guards in force refuse it by what the log has of it, and for what it was refused for. An
  // epoch, a digest or a worker that a refused command named is in no event, and what lies beyond the machine, such as
  // a run that has ended, another machine does not change.
  absl::StatusOr<bool> IsDecidedByMachine(const Wanted& wanted, const GuardInput& seen) {
    if (seen.run != nullptr && law_ != &kRunLaw && seen.run->IsFinal()) return false;
    ASSIGN_OR_RETURN(const Machine* const in_force, InForce(wanted, seen.rows));
    ASSIGN_OR_RETURN(const std::string why, Ask(*in_force, wanted, seen));
    return !why.empty() && GuardNamedIn(why) == GuardNamedIn(wanted.why);
  }

  // What `machine` has against it; empty where it takes it.
  static absl::StatusOr<std::string> Ask(const Machine& machine, const Wanted& wanted, const GuardInput& seen) {
    const absl::Status known = machine.CheckState(wanted.from);
    if (!known.ok()) return DiagnosisOf(known);
    // A move that was made is asked for by the state it reached, whatever its trigger is called.
    const TransitionRequest request{.machine = machine,
                                    .entity = wanted.id,
                                    .from = wanted.from,
                                    .to = wanted.to,
                                    .trigger = wanted.why.empty() ? std::string_view() : wanted.trigger,
                                    .has_override = wanted.has_override};
    const auto judged = JudgeTransition(request, seen);
    if (!judged.ok()) {
      if (!absl::IsInvalidArgument(judged.status())) return judged.status();
      return DiagnosisOf(judged.status());
    }
    const auto* const refusal = std::get_if<Refusal>(&*judged);
    return refusal == nullptr ? "" : refusal->why;
  }

  const Machine& proposed_;
  const EntityLaw* const law_;  // nullptr: of a machine that a user defined
  absl::FunctionRef<void(const Divergence&)> on_divergence_;
  MachineShelf machines_;
  Rejudgement found_;
  std::set<std::pair<std::string, std::string>> diverged_;
};

}  // namespace

absl::StatusOr<Rejudgement> Rejudge(Snapshot& snapshot, const Machine& proposed,
                                    const std::optional<std::string>& run_id, FoldProgress progress,
                                    absl::FunctionRef<void(const Divergence&)> on_divergence) {
  RETURN_IF_ERROR(CheckGuards(proposed));
  if (run_id) {
    Rows known;
    known.Attach(&snapshot, TableSet::kLive);
    RETURN_IF_ERROR(NeedRun(known, *run_id).status());
  }
  Judge judge(proposed, on_divergence);
  Rows rows;
  RecordFolder folder;
  const uint64_t total = snapshot.head().position.value;
  ASSIGN_OR_RETURN(const auto cursor, snapshot.ReadLog({.for_fold = true}));
  for (uint64_t events = 0;; ++events) {
    ASSIGN_OR_RETURN(const RecordView* const record, cursor->Next());
    if (record == nullptr) break;
    if (run_id && RunOfStream(record->stream).value_or("") != *run_id) continue;
    ASSIGN_OR_RETURN(const FoldedEvent event, folder.Read(*record));
    RETURN_IF_ERROR(judge.Meet(event, rows));
    RETURN_IF_ERROR(Fold(event, rows));
    if (events % kProgressEvery == 0) progress(record->position.value, total);
  }
  return judge.found();
}

}  // namespace annals
