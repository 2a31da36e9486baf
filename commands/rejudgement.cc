#include "commands/rejudgement.h"

#include <algorithm>
#include <set>

#include <fmt/format.h>

#include "commands/entity_law.h"
#include "commands/fault.h"
#include "eventstore/event_codec.h"
#include "eventstore/event_entity.h"
#include "projections/projector.h"
#include "schemas/status.h"

namespace annals {
namespace {

// What was wanted, and how it was decided.
struct Wanted {
  std::string_view id, from, to, trigger;
  std::string_view then;
};

std::optional<Wanted> WantedBy(const FoldedEvent& event, std::string_view machine) {
  const auto body = event.event.getBody();
  const EntityRef entity = EntityOf(event.event, event.stream);
  if (entity.machine != machine) return std::nullopt;
  if (body.isTransitioned()) {
    const auto moved = body.getTransitioned();
    return Wanted{entity.id, View(moved.getFrom()), View(moved.getTo()), View(moved.getTrigger()),
                  IsOverride(moved) ? "override" : "lawful"};
  }
  if (!body.isCommandRefused()) return std::nullopt;
  const auto refused = body.getCommandRefused();
  // Creating what exists is no move.
  if (View(refused.getFrom()).empty() || View(refused.getTo()).empty()) return std::nullopt;
  return Wanted{entity.id, View(refused.getFrom()), View(refused.getTo()), View(refused.getTrigger()), "refused"};
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
    const std::optional<Wanted> wanted = WantedBy(event, proposed_.name());
    if (!wanted) return absl::OkStatus();
    if (diverged_.contains({std::string(event.run_id), std::string(wanted->id)})) {
      ++found_.after;
      return absl::OkStatus();
    }
    ASSIGN_OR_RETURN(const std::string why, Ask(event, *wanted, rows));
    ++found_.judged;
    const bool was_taken = wanted->then != "refused";
    if (was_taken == why.empty()) {
      ++found_.same;
      return absl::OkStatus();
    }
    ++found_.divergences;
    diverged_.emplace(event.run_id, wanted->id);
    on_divergence_({.position = event.position,
                    .run_id = std::string(event.run_id),
                    .entity = std::string(wanted->id),
                    .from = std::string(wanted->from),
                    .to = std::string(wanted->to),
                    .trigger = std::string(wanted->trigger),
                    .then = wanted->then,
                    .now = why.empty() ? "lawful" : "refused",
                    .why = why});
    return absl::OkStatus();
  }

  const Rejudgement& found() const { return found_; }

 private:
  // What the proposed law has against it; empty where it takes it.
  absl::StatusOr<std::string> Ask(const FoldedEvent& event, const Wanted& wanted, Rows& rows) {
    const auto body = event.event.getBody();
    const absl::Status known = proposed_.CheckState(wanted.from);
    if (!known.ok()) return DiagnosisOf(known);
    GuardInput seen{.rows = rows, .now = event.time(), .reason = event.text};
    if (body.isTransitioned()) {
      seen.moved = body.getTransitioned();
      seen.is_recorded = true;
      seen.operator_name = View(seen.moved.getOperator());
    }
    if (law_ != nullptr) {
      RETURN_IF_ERROR(law_->find(event.run_id, wanted.id, seen).status());
      if (law_->IsInRun()) {
        ASSIGN_OR_RETURN(seen.run, rows.Run(event.run_id));
        ASSIGN_OR_RETURN(seen.workstream, rows.Workstream(event.run_id, View(event.event.getWsId())));
      }
    }
    const TransitionRequest request{.machine = proposed_,
                                    .entity = wanted.id,
                                    .from = wanted.from,
                                    .to = wanted.to,
                                    .trigger = {},
                                    .has_override = wanted.then == "override"};
    const auto judged = JudgeTransition(request, seen);
    if (!judged.ok()) {
      if (!absl::IsInvalidArgument(judged.status())) return judged.status();
      return DiagnosisOf(judged.status());
    }
    if (const auto* const refusal = std::get_if<Refusal>(&*judged)) return refusal->why;
    // In a run that has ended nothing moves, whatever the machine says.
    if (seen.run == nullptr || law_ == &kRunLaw || !seen.run->IsFinal()) return "";
    return fmt::format("run {} is {}", seen.run->run_id, seen.run->status);
  }

  const Machine& proposed_;
  const EntityLaw* const law_;  // nullptr: of a machine that a user defined
  absl::FunctionRef<void(const Divergence&)> on_divergence_;
  Rejudgement found_;
  std::set<std::pair<std::string, std::string>> diverged_;
};

}  // namespace

absl::StatusOr<Rejudgement> Rejudge(Snapshot& snapshot, const Machine& proposed,
                                    const std::optional<std::string>& run_id, FoldProgress progress,
                                    absl::FunctionRef<void(const Divergence&)> on_divergence) {
  RETURN_IF_ERROR(CheckGuards(proposed));
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
