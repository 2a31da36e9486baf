#include "commands/why_blockers.h"

#include <algorithm>
#include <set>

#include <fmt/format.h>

#include "commands/why_moves.h"
#include "schemas/status.h"

namespace annals::why {
namespace {

constexpr size_t kMaxNearest = 20, kMaxRoots = 10;  // named where there are more than both together
constexpr size_t kMaxWalked = 10'000;               // a bound on the time it takes

struct Link {
  Subject subject;
  EntityName holds_up;
  bool is_root = false;
};

// An entity is held up where the law guards the ways out of its state and none of them is open. Where it has to begin
// anew, the ways out of the beginning count.
absl::StatusOr<std::vector<EntityName>> InTheWayOf(const Inquiry& inquiry, const Kind& kind, const Subject& subject) {
  ASSIGN_OR_RETURN(std::vector<Judged> ways, JudgeMoves(inquiry, kind, subject));
  const bool starts_anew =
      std::ranges::any_of(ways, [](const Judged& way) { return way.reaches_start && way.command.IsLegal(); });
  if (starts_anew) {
    ASSIGN_OR_RETURN(std::vector<Judged> then, JudgeGuardsFrom(inquiry, kind, subject, subject.machine->initial()));
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

// What led to its state is told with it, up to one of `links`, where it goes on.
absl::StatusOr<Blocker> Describe(const Inquiry& inquiry, const Link& link, const std::vector<Link>& links) {
  const auto& [subject, holds_up, is_root] = link;
  ASSIGN_OR_RETURN(const Kind* const kind, FindKind(subject.name.kind));
  ASSIGN_OR_RETURN(const Happening* const move, inquiry.story.LastMoveOf(subject.name));
  Blocker blocker{.entity = subject.name,
                  .holds_up = holds_up,
                  .state = subject.state,
                  .since = move->position,
                  .is_final = subject.is_final,
                  .is_root = is_root,
                  .sentence = {},
                  .findings = {}};
  blocker.sentence.text =
      fmt::format("{} is held up by {}, which is {} since {}{}: {}", holds_up.id, TextOf(subject.name), subject.state,
                  move->position.value, subject.is_final ? " for good" : "", HowOf(*move));
  blocker.sentence.rests_on.push_back(move->position);
  ASSIGN_OR_RETURN(const std::vector<Happening> causes, CausesOf(inquiry.snapshot, *move));
  for (const Happening& cause : causes) {
    const auto is_about = [&](const Link& other) { return other.subject.name == cause.about; };
    if (std::ranges::any_of(links, is_about)) break;
    blocker.sentence.text += "; " + Told(cause);
    blocker.sentence.rests_on.push_back(cause.position);
  }
  std::ranges::sort(blocker.sentence.rests_on);
  // A run's findings are about all that is in it, which is not what holds its workstreams up.
  if (kind->is_in_run) {
    ASSIGN_OR_RETURN(blocker.findings, kind->findings(inquiry, subject));
  }
  return blocker;
}

// All of them, nearest first.
absl::StatusOr<std::vector<Link>> Walk(const Inquiry& inquiry, const Subject& subject) {
  std::vector<Link> links = {{.subject = subject, .holds_up = {}}};
  std::set<std::string> seen = {TextOf(subject.name)};
  for (size_t i = 0; i < links.size(); ++i) {
    ASSIGN_OR_RETURN(const Kind* const kind, FindKind(links[i].subject.name.kind));
    ASSIGN_OR_RETURN(const std::vector<EntityName> in_the_way, InTheWayOf(inquiry, *kind, links[i].subject));
    links[i].is_root = in_the_way.empty();
    for (const EntityName& entity : in_the_way) {
      if (links.size() > kMaxWalked || !seen.insert(TextOf(entity)).second) continue;
      ASSIGN_OR_RETURN(const Kind* const its_kind, FindKind(entity.kind));
      ASSIGN_OR_RETURN(Subject found, its_kind->find(inquiry.snapshot, inquiry.rows, entity));
      links.push_back({.subject = std::move(found), .holds_up = links[i].subject.name});
    }
  }
  links.erase(links.begin());
  return links;
}

}  // namespace

absl::StatusOr<Blockers> FindBlockers(const Inquiry& inquiry, const Subject& subject) {
  ASSIGN_OR_RETURN(const std::vector<Link> links, Walk(inquiry, subject));
  Blockers blockers;
  size_t roots = 0;
  for (size_t i = 0; i < links.size(); ++i) {
    const bool is_near = i < kMaxNearest || links.size() <= kMaxNearest + kMaxRoots;
    if (!is_near && (!links[i].is_root || ++roots > kMaxRoots)) {
      ++blockers.more;
      continue;
    }
    ASSIGN_OR_RETURN(blockers.found.emplace_back(), Describe(inquiry, links[i], links));
  }
  return blockers;
}

}  // namespace annals::why
