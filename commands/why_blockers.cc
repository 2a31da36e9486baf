#include "commands/why_blockers.h"

#include <algorithm>
#include <deque>

#include <fmt/format.h>

#include "commands/why_moves.h"
#include "schemas/status.h"

namespace annals::why {
namespace {

constexpr size_t kMaxBlockers = 30;

// An entity is held up where the law guards the ways out of its state and none of them is open. Where it has to begin
// anew, the ways out of the beginning count.
absl::StatusOr<std::vector<EntityName>> InTheWayOf(const Inquiry& inquiry, const Kind& kind, const Subject& subject) {
  ASSIGN_OR_RETURN(std::vector<Judged> ways, JudgeMoves(inquiry, kind, subject));
  const bool starts_anew =
      std::ranges::any_of(ways, [](const Judged& way) { return way.reaches_start && way.command.IsLegal(); });
  if (starts_anew) {
    ASSIGN_OR_RETURN(std::vector<Judged> then, JudgeGuardsFrom(inquiry, kind, subject, kind.machine().initial()));
    std::ranges::move(then, std::back_inserter(ways));
  }
  std::vector<EntityName> in_the_way;
  for (const Judged& way : ways) {
    if (way.is_guarded && way.command.IsLegal()) return std::vector<EntityName>();
    for (const EntityName& entity : way.in_the_way) {
      if (std::ranges::find(in_the_way, entity) == in_the_way.end()) in_the_way.push_back(entity);
    }
  }
  return in_the_way;
}

absl::StatusOr<Blocker> Describe(const Inquiry& inquiry, const Kind& kind, const Subject& subject,
                                 const EntityName& holds_up) {
  ASSIGN_OR_RETURN(const Happening* const move, inquiry.story.LastMoveOf(subject.name));
  Blocker blocker{.entity = subject.name,
                  .holds_up = holds_up,
                  .state = subject.state,
                  .since = move->position,
                  .is_final = subject.is_final,
                  .sentence = {},
                  .findings = {}};
  blocker.sentence.text =
      fmt::format("{} is held up by {}, which is {} since {}{}: {}", holds_up.id, TextOf(subject.name), subject.state,
                  move->position.value, subject.is_final ? " for good" : "", HowOf(*move));
  if (move->cause.value != 0) blocker.sentence.rests_on.push_back(move->cause);
  blocker.sentence.rests_on.push_back(move->position);
  // A run's findings are about all that is in it, which is not what holds its workstreams up.
  if (kind.is_in_run) {
    ASSIGN_OR_RETURN(blocker.findings, kind.findings(inquiry, subject));
  }
  return blocker;
}

}  // namespace

absl::StatusOr<Blockers> FindBlockers(const Inquiry& inquiry, const Subject& subject) {
  Blockers blockers;
  std::vector<EntityName> seen = {subject.name};
  std::deque<Subject> open = {subject};
  while (!open.empty()) {
    const Subject held_up = std::move(open.front());
    open.pop_front();
    ASSIGN_OR_RETURN(const Kind* const kind, FindKind(held_up.name.kind));
    ASSIGN_OR_RETURN(const std::vector<EntityName> in_the_way, InTheWayOf(inquiry, *kind, held_up));
    for (const EntityName& entity : in_the_way) {
      if (std::ranges::find(seen, entity) != seen.end()) continue;
      if (blockers.found.size() == kMaxBlockers) {
        blockers.has_more = true;
        return blockers;
      }
      seen.push_back(entity);
      ASSIGN_OR_RETURN(const Kind* const its_kind, FindKind(entity.kind));
      ASSIGN_OR_RETURN(Subject found, its_kind->find(inquiry.snapshot, inquiry.rows, entity));
      ASSIGN_OR_RETURN(blockers.found.emplace_back(), Describe(inquiry, *its_kind, found, held_up.name));
      open.push_back(std::move(found));
    }
  }
  return blockers;
}

}  // namespace annals::why
