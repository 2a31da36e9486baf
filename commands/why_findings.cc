// What matters about an entity beside its state: failed and open attempts, errors, how its parts stand.
#include <algorithm>
#include <map>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "commands/why_kinds.h"
#include "schemas/message_text.h"
#include "schemas/status.h"

namespace annals::why {
namespace {

constexpr size_t kMaxNamed = 10;
constexpr size_t kMaxErrors = 5;

// "2 are done: a (20), c (38)".
class Roll {
 public:
  absl::Status Add(const EntityName& entity, const Story& story) {
    ++number_;
    if (named_.size() == kMaxNamed) return absl::OkStatus();
    ASSIGN_OR_RETURN(const Position since, story.LastOf(entity));
    named_.push_back(fmt::format("{} ({})", entity.id, since.value));
    rests_on_.push_back(since);
    return absl::OkStatus();
  }
  size_t number() const { return number_; }
  Sentence Say(std::string_view what) const {
    Sentence sentence{fmt::format("{}: {}", what, fmt::join(named_, ", ")), rests_on_};
    if (number_ > named_.size()) sentence.text += fmt::format(" and {} more", number_ - named_.size());
    std::ranges::sort(sentence.rests_on);
    return sentence;
  }

 private:
  size_t number_ = 0;
  std::vector<std::string> named_;
  std::vector<Position> rests_on_;
};

std::string_view Are(size_t number) {
  return number == 1 ? "is" : "are";
}

absl::StatusOr<std::vector<StepAttemptRow>> LastAttempts(Snapshot& snapshot, const Subject& subject) {
  const RowQuery query{.table = &StepAttemptsTable().table(),
                       .equals = {{1, std::string_view(subject.run_id)}, {2, std::string_view(subject.ws_id)}}};
  std::map<std::string, StepAttemptRow> last;
  RETURN_IF_ERROR(snapshot.ReadRows(query, TableSet::kLive, [&](Row values) {
    StepAttemptRow row = StepAttemptsTable().FromValues(values);
    StepAttemptRow& newest = last[row.step_name];
    if (row.id > newest.id) newest = std::move(row);
    return absl::OkStatus();
  }));
  std::vector<StepAttemptRow> attempts;
  for (auto& [step, row] : last) attempts.push_back(std::move(row));
  std::ranges::sort(attempts, {}, &StepAttemptRow::id);
  return attempts;
}

absl::Status AddAttempts(const Inquiry& inquiry, const Subject& subject, std::vector<Sentence>& findings) {
  ASSIGN_OR_RETURN(const std::vector<StepAttemptRow> attempts, LastAttempts(inquiry.snapshot, subject));
  for (const StepAttemptRow& row : attempts) {
    const Position started{static_cast<uint64_t>(row.id)};
    const std::string which = fmt::format("attempt {} at {}", row.attempt, row.step_name);
    if (!row.IsFinal()) {
      findings.push_back({fmt::format("{} is in progress since {}", which, started.value), {started}});
    } else if (row.status == "failure") {
      ASSIGN_OR_RETURN(const Position finished, inquiry.story.LastOf(AttemptName(row.id)));
      const std::string code = row.exit_code ? fmt::format(" with exit code {}", *row.exit_code) : "";
      findings.push_back({fmt::format("{} failed at {}{}", which, finished.value, code), {finished}});
    }
  }
  return absl::OkStatus();
}

absl::Status AddErrors(const Inquiry& inquiry, const Subject& subject, std::vector<Sentence>& findings) {
  const RowQuery query{.table = &ErrorsTable().table(),
                       .equals = {{1, std::string_view(subject.run_id)}, {2, std::string_view(subject.ws_id)}}};
  std::vector<ErrorRow> rows;
  RETURN_IF_ERROR(inquiry.snapshot.ReadRows(query, TableSet::kLive, [&](Row values) {
    rows.push_back(ErrorsTable().FromValues(values));
    return absl::OkStatus();
  }));
  std::vector<std::pair<Position, const ErrorRow*>> errors;
  for (const ErrorRow& row : rows) {
    ASSIGN_OR_RETURN(const Position last, inquiry.story.LastOf(ErrorName(row.id)));
    errors.emplace_back(last, &row);
  }
  std::ranges::sort(errors, std::greater());
  const size_t shown = std::min(errors.size(), kMaxErrors);
  for (size_t i = shown; i-- > 0;) {
    const auto& [last, row] = errors[i];
    const std::string times = row->count == 1 ? "recorded" : fmt::format("recorded {} times, last", row->count);
    findings.push_back({fmt::format("error {} in {}, {} at {}: {}", row->error_code, row->step_name, times, last.value,
                                    Quoted(row->message)),
                        {last}});
  }
  if (errors.size() > shown) {
    const Position before = errors[shown].first;
    findings.push_back({fmt::format("{} more kinds of error were recorded before these, the newest at {}",
                                    errors.size() - shown, before.value),
                        {before}});
  }
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<std::vector<Sentence>> FindingsOfRun(const Inquiry& inquiry, const Subject& subject) {
  std::vector<WorkstreamRow> rows;
  const RowQuery query{.table = &WorkstreamsTable().table(), .equals = {{0, std::string_view(subject.run_id)}}};
  RETURN_IF_ERROR(inquiry.snapshot.ReadRows(query, TableSet::kLive, [&](Row values) {
    rows.push_back(WorkstreamsTable().FromValues(values));
    return absl::OkStatus();
  }));
  std::vector<Sentence> findings;
  if (rows.empty()) {
    ASSIGN_OR_RETURN(const Position last, inquiry.story.LastOf(subject.name));
    findings.push_back({fmt::format("it has no workstream ({})", last.value), {last}});
    return findings;
  }
  for (const std::string_view state : WorkstreamMachine().states()) {
    Roll roll;
    bool are_final = false;
    for (const WorkstreamRow& row : rows) {
      if (row.status != state) continue;
      are_final = row.IsFinal();
      RETURN_IF_ERROR(roll.Add(WorkstreamName(row.run_id, row.ws_id), inquiry.story));
    }
    if (roll.number() == 0) continue;
    const std::string_view orphaned = subject.is_final && !are_final ? ", left so when the run ended" : "";
    findings.push_back(roll.Say(
        fmt::format("{} of {} workstreams {} {}{}", roll.number(), rows.size(), Are(roll.number()), state, orphaned)));
  }
  Roll critical;
  for (const WorkstreamRow& row : rows) {
    if (row.is_critical && row.status == "failed") {
      RETURN_IF_ERROR(critical.Add(WorkstreamName(row.run_id, row.ws_id), inquiry.story));
    }
  }
  if (critical.number() > 0)
    findings.push_back(
        critical.Say(fmt::format("{} {} critical and failed", critical.number(), Are(critical.number()))));
  return findings;
}

absl::StatusOr<std::vector<Sentence>> FindingsOfWorkstream(const Inquiry& inquiry, const Subject& subject) {
  std::vector<Sentence> findings;
  RETURN_IF_ERROR(AddAttempts(inquiry, subject, findings));
  RETURN_IF_ERROR(AddErrors(inquiry, subject, findings));
  return findings;
}

absl::StatusOr<std::vector<Sentence>> FindingsOfRecord(const Inquiry& inquiry, const Subject& subject) {
  std::vector<Sentence> findings;
  for (const EntityName& holder : {WorkstreamName(subject.run_id, subject.ws_id), RunName(subject.run_id)}) {
    ASSIGN_OR_RETURN(const Happening* const move, inquiry.story.LastMoveOf(holder));
    findings.push_back(
        {fmt::format("{} is {} since {}", TextOf(holder), move->to, move->position.value), {move->position}});
  }
  return findings;
}

}  // namespace annals::why
