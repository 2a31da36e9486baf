#include "commands/why.h"

#include <algorithm>
#include <map>

#include <fmt/format.h>

#include "commands/why_blockers.h"
#include "commands/why_kinds.h"
#include "commands/why_moves.h"
#include "commands/why_story.h"
#include "schemas/status.h"

namespace annals::why {
namespace {

constexpr size_t kMaxRefusals = 10;

// What happened to it, and in between what led to the moves that nobody asked for, to the first cause.
absl::StatusOr<std::vector<Happening>> HistoryOf(Snapshot& snapshot, const std::vector<Happening>& of_subject) {
  std::map<Position, Happening> history;
  for (const Happening& happening : of_subject) history.emplace(happening.position, happening);
  for (const Happening& happening : of_subject) {
    ASSIGN_OR_RETURN(std::vector<Happening> causes, CausesOf(snapshot, happening));
    for (Happening& cause : causes) history.try_emplace(cause.position, std::move(cause));
  }
  std::vector<Happening> in_order;
  for (auto& [position, happening] : history) in_order.push_back(std::move(happening));
  return in_order;
}

// The nearest, and the first of the roots.
Sentence HeldUpBy(const std::vector<Blocker>& blockers) {
  const auto described = [](const Blocker& blocker) {
    return fmt::format("by {}, which is {} since {}", TextOf(blocker.entity), blocker.state, blocker.since.value);
  };
  const Blocker& first = blockers.front();
  Sentence sentence{"held up " + described(first), {first.since}};
  const auto others = std::ranges::count(blockers, first.holds_up, &Blocker::holds_up) - 1;
  // How many is not known here: a guard that saw very many names some.
  if (others > 0) sentence.text += ", and by others";
  const auto root = std::ranges::find(blockers, true, &Blocker::is_root);
  if (first.is_root || root == blockers.end()) return sentence;
  sentence.text += fmt::format("; in the end {}", described(*root));
  sentence.rests_on.push_back(root->since);
  return sentence;
}

// How it came to its state, for the headline: what led to it and what holds it up, else who did it.
absl::StatusOr<Sentence> BecauseOf(Snapshot& snapshot, const Happening& last, const std::vector<Blocker>& blockers) {
  if (last.cause.value == 0) return blockers.empty() ? Sentence{HowOf(last), {}} : HeldUpBy(blockers);
  ASSIGN_OR_RETURN(const Happening cause, HappeningAt(snapshot, last.cause));
  Sentence because{Told(cause), {cause.position}};
  if (cause.cause.value != 0) because.rests_on.push_back(cause.cause);
  if (!blockers.empty() && blockers.front().entity != cause.about) {
    const Sentence held_up = HeldUpBy(blockers);
    because.text += "; " + held_up.text;
    because.rests_on.insert(because.rests_on.end(), held_up.rests_on.begin(), held_up.rests_on.end());
  }
  return because;
}

Sentence HeadlineOf(const Explanation& explained, const Sentence& because) {
  const std::string is =
      explained.state.empty() ? "was recorded, last at" : fmt::format("is {} since", explained.state);
  Sentence headline{fmt::format("{} {} {}: {}", explained.title, is, explained.since.value, because.text),
                    because.rests_on};
  headline.rests_on.push_back(explained.since);
  std::ranges::sort(headline.rests_on);
  return headline;
}

// The last that gave it the state it is in. What is only ever recorded has none, and the last counts.
const Happening& LastState(const std::vector<Happening>& of_subject) {
  for (auto it = of_subject.rbegin(); it != of_subject.rend(); ++it) {
    if (it->kind != HappeningKind::kRecorded) return *it;
  }
  return of_subject.back();
}

// Every command about it, moves first.
absl::StatusOr<std::vector<PossibleCommand>> CommandsOf(const Inquiry& inquiry, const Kind& kind,
                                                        const Subject& subject) {
  ASSIGN_OR_RETURN(std::vector<Judged> judged, JudgeMoves(inquiry, kind, subject));
  ASSIGN_OR_RETURN(std::vector<Judged> records, JudgeRecords(inquiry, kind, subject));
  std::ranges::move(records, std::back_inserter(judged));
  std::vector<PossibleCommand> commands;
  for (Judged& one : judged) commands.push_back(std::move(one.command));
  return commands;
}

}  // namespace

absl::StatusOr<Explanation> Explain(Snapshot& snapshot, const EntityName& name, Timestamp now) {
  ASSIGN_OR_RETURN(const Kind* const kind, FindKind(name.kind));
  Rows rows;
  rows.Attach(&snapshot, TableSet::kLive);
  ASSIGN_OR_RETURN(const Subject subject, kind->find(snapshot, rows, name));
  const std::string stream = subject.stream.empty() ? RunStream(subject.run_id) : subject.stream;
  ASSIGN_OR_RETURN(const Story story, Story::Read(snapshot, subject.name, stream));
  const Inquiry inquiry{snapshot, rows, story, now};

  Explanation explained;
  explained.entity = subject.name;
  explained.title = subject.title;
  explained.state = subject.state;
  explained.is_final = subject.is_final;
  explained.as_of = snapshot.head().position;
  ASSIGN_OR_RETURN(explained.history, HistoryOf(snapshot, story.of_subject()));
  const Happening& last = LastState(story.of_subject());
  explained.since = last.position;
  explained.since_time = last.time;
  ASSIGN_OR_RETURN(explained.findings, kind->findings(inquiry, subject));
  ASSIGN_OR_RETURN(Refusals refusals, ReadRefusals(snapshot, subject.name, stream, explained.since, kMaxRefusals));
  explained.refusals = std::move(refusals.newest);
  explained.more_refusals = refusals.more;
  ASSIGN_OR_RETURN(Blockers blockers, FindBlockers(inquiry, subject));
  explained.blockers = std::move(blockers.found);
  explained.more_blockers = blockers.more;
  ASSIGN_OR_RETURN(explained.commands, CommandsOf(inquiry, *kind, subject));
  if (subject.machine != nullptr) {
    ASSIGN_OR_RETURN(explained.override, JudgeOverride(inquiry, *kind, subject, explained.since));
  }
  ASSIGN_OR_RETURN(const Sentence because, BecauseOf(snapshot, last, explained.blockers));
  explained.because = because.text;
  explained.headline = HeadlineOf(explained, because);
  return explained;
}

}  // namespace annals::why
