#include "commands/apply.h"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <memory>
#include <utility>
#include <vector>

#include <fmt/format.h>
#include <unistd.h>

#include "commands/command_stream.h"
#include "eventstore/sha256.h"
#include "schemas/sabotage.h"
#include "schemas/status.h"

namespace annals {
namespace {

absl::StatusOr<uint64_t> ReadPlace(Snapshot& snapshot, const std::string& source) {
  uint64_t lines = 0;
  const RowQuery query{.table = &ApplySourcesTable(), .equals = {{0, std::string_view(source)}}};
  if (IsSabotaged("apply_forgets_its_place")) return lines;
  RETURN_IF_ERROR(snapshot.ReadRows(query, TableSet::kLive, [&](Row row) {
    lines = static_cast<uint64_t>(std::get<int64_t>(row[1]));
    return absl::OkStatus();
  }));
  return lines;
}

// Changed rows are written within a unit after so many lines, so that they do not pile up in memory.
constexpr size_t kSpillLines = 1000;
// Answers wait for their commit. Those of a thousand lines take some hundred KiB, but a preview may hold a MiB.
constexpr size_t kMaxWaitingBytes = size_t{4} << 20;

// About what an answer takes while it waits.
size_t BytesOf(const Answer& answer) {
  size_t bytes = sizeof(uint64_t) + sizeof(Answer);
  if (const auto* const status = std::get_if<absl::Status>(&answer)) {
    bytes += status->message().size();
  } else if (const auto* const receipt = std::get_if<Receipt>(&answer)) {
    bytes += receipt->stream.size() + receipt->run_id.size() + receipt->ws_id.size();
  } else if (const auto* const preview = std::get_if<Preview>(&answer)) {
    for (const Preview::Event& event : preview->events) {
      bytes += sizeof(event) + event.bytes.size() + event.content.size();
    }
  } else {
    const auto& refusal = std::get<Refused>(answer).refusal;
    bytes += refusal.entity.size() + refusal.why.size() + refusal.legal.size() * sizeof(std::string);
  }
  return bytes;
}

// Whether the content that a command was to redact is gone, by it or before it: an earlier sweep may have failed.
bool IsRedacted(const Answer& answer) {
  const auto* const status = std::get_if<absl::Status>(&answer);
  return std::holds_alternative<Receipt>(answer) || (status != nullptr && absl::IsAlreadyExists(*status));
}

class Applier {
 public:
  Applier(Storage& storage, Engine& engine, Clock& clock, const ApplyOptions& options, const OnAnswer& on_answer,
          const OnApplyProgress& on_progress)
      : storage_(storage),
        engine_(engine),
        clock_(clock),
        options_(options),
        on_answer_(on_answer),
        on_progress_(on_progress) {}

  absl::StatusOr<ApplyReport> Run(ByteSource& input) {
    absl::StatusOr<ApplyReport> report = RunLines(input);
    unit_.reset();
    if (!redacted_) return report;
    // Also after a failure: what was committed before it stays redacted.
    absl::Status swept = storage_.Sweep();
    if (report.ok()) report->sweep = std::move(swept);
    return report;
  }

 private:
  absl::StatusOr<ApplyReport> RunLines(ByteSource& input) {
    if (keeps_place()) {
      ASSIGN_OR_RETURN(const auto snapshot, storage_.Read());
      ASSIGN_OR_RETURN(report_.lines_before, ReadPlace(*snapshot, options_.source));
    }
    report_.lines = done_line_ = report_.lines_before;
    CommandStream commands(input, report_.lines_before, options_.actor);
    while (const CommandBatch* const batch = commands.Next()) {
      ASSIGN_OR_RETURN(const bool go_on, Take(*batch));
      if (!go_on) break;
      // Nobody waits for the rest of a batch while there is no input to fill it with.
      if (options_.mode == ApplyMode::kBatches && batch->input_waits() && commands.IsEmpty()) RETURN_IF_ERROR(Commit());
      if (!batch->failure().ok()) {
        if (options_.mode == ApplyMode::kBatches) RETURN_IF_ERROR(Commit());
        return WithContext(batch->failure(), fmt::format("after line {}", done_line_));
      }
    }
    report_.lines_missing = commands.lines_missing();
    if (!report_.rolled_back) RETURN_IF_ERROR(Commit());
    return std::move(report_);
  }

  bool keeps_place() const { return !options_.source.empty() && options_.mode != ApplyMode::kDryRun; }

  // False: a line ended it.
  absl::StatusOr<bool> Take(const CommandBatch& batch) {
    for (const CommandBatch::Line& line : batch.lines()) {
      absl::StatusOr<Answer> answer = Answer(line.status);
      if (line.status.ok()) {
        RETURN_IF_ERROR(Open());
        answer = unit_->Execute(line.command);
        if (!answer.ok()) return Failure(line.number, answer.status());
        if (options_.mode != ApplyMode::kDryRun && line.command.getBody().isRedactContent())
          redacted_ = redacted_ || IsRedacted(*answer);
      }
      ASSIGN_OR_RETURN(const bool go_on, Settle(line, *std::move(answer)));
      if (!go_on) return false;
      ++in_batch_;
      if (options_.mode == ApplyMode::kBatches && (in_batch_ >= options_.batch || waiting_bytes_ > kMaxWaitingBytes)) {
        RETURN_IF_ERROR(Commit());
      } else if (++since_spill_ >= kSpillLines) {
        RETURN_IF_ERROR(Spill());
      }
    }
    done_line_ = std::max(done_line_, batch.last_line());  // with the blank lines at its end
    return true;
  }

  // Counts an answer, and decides whether to go on after it.
  absl::StatusOr<bool> Settle(const CommandBatch::Line& line, Answer&& answer) {
    const bool stops = !options_.keep_going && !ProblemOf(answer).ok();
    if (stops) report_.stopped_at = line.number;
    if (stops && options_.mode == ApplyMode::kAtomic) {
      ASSIGN_OR_RETURN(answer, TakeAllBack(line, std::move(answer)));
    } else if (!stops || !std::holds_alternative<absl::Status>(answer)) {
      done_line_ = line.number;
    }
    const absl::Status problem = ProblemOf(answer);
    ++CountOf(answer, problem);
    if (report_.first_problem.ok()) report_.first_problem = WithContext(problem, fmt::format("line {}", line.number));
    if (options_.only_problems && problem.ok()) return true;
    if (options_.mode == ApplyMode::kBatches) {
      waiting_bytes_ += BytesOf(answer);
      waiting_.emplace_back(line.number, std::move(answer));
    } else {
      on_answer_(line.number, answer);
    }
    return !stops;
  }

  // The count of the report that an answer belongs to.
  uint64_t& CountOf(const Answer& answer, const absl::Status& problem) {
    if (std::holds_alternative<absl::Status>(answer)) return report_.bad;
    if (!problem.ok()) return report_.refused;
    if (const auto* const receipt = std::get_if<Receipt>(&answer); receipt != nullptr && receipt->repeat) {
      return report_.repeats;
    }
    const bool judged_only = options_.mode == ApplyMode::kDryRun || std::holds_alternative<Preview>(answer);
    return judged_only ? report_.would_be_done : report_.done;
  }

  // What the line that ends it all is answered: the refusal as it is recorded, or an error, of which nothing is kept.
  absl::StatusOr<Answer> TakeAllBack(const CommandBatch::Line& line, Answer answer) {
    unit_.reset();
    redacted_ = false;
    report_.rolled_back = true;
    report_.done = report_.would_be_done = report_.repeats = 0;
    report_.lines = report_.lines_before;
    const auto* const refused = std::get_if<Refused>(&answer);
    if (refused == nullptr || refused->repeat) return answer;
    ASSIGN_OR_RETURN(const auto unit, engine_.Begin());
    absl::StatusOr<Answer> recorded = unit->RecordRefusal(line.command, *refused);
    if (absl::IsAborted(recorded.status())) return Answer(recorded.status());
    if (!recorded.ok()) return Failure(line.number, recorded.status());
    // Others may have used the command's id since the lock was let go: then nothing was recorded, and their answer
    // stands.
    if (const auto* const theirs = std::get_if<Receipt>(&*recorded)) {
      return Answer(absl::AbortedError(fmt::format(
          "{}; all was taken back, and meanwhile another writer did this command, at position {}: try again",
          RefusalText(refused->refusal), theirs->first_position.value)));
    }
    RETURN_IF_ERROR(unit->Commit());
    return recorded;
  }

  absl::Status Open() {
    if (unit_ != nullptr) return absl::OkStatus();
    ASSIGN_OR_RETURN(unit_, engine_.Begin());
    if (!keeps_place()) return absl::OkStatus();
    ASSIGN_OR_RETURN(const uint64_t place, ReadPlace(unit_->transaction(), options_.source));
    if (place == report_.lines) return absl::OkStatus();
    unit_.reset();
    return absl::AbortedError(
        fmt::format("another apply of the same source ({}) has come to line {} meanwhile, this one to {}; "
                    "let one of them finish",
                    options_.source, place, report_.lines));
  }

  absl::Status Spill() {
    since_spill_ = 0;
    on_progress_(done_line_);
    return unit_ == nullptr ? absl::OkStatus() : unit_->Spill();
  }

  // Makes what was done durable together with the place, and then answers.
  absl::Status Commit() {
    if (options_.mode != ApplyMode::kDryRun) {
      if (keeps_place() && done_line_ != report_.lines) {
        RETURN_IF_ERROR(Open());
        const Value row[] = {std::string_view(options_.source), static_cast<int64_t>(done_line_), clock_.Now()};
        RETURN_IF_ERROR(unit_->transaction().PutRow(ApplySourcesTable(), TableSet::kLive, row));
      }
      if (unit_ != nullptr) {
        const absl::Status committed = unit_->Commit();
        if (!committed.ok()) return Failure(done_line_, committed);
      }
    }
    unit_.reset();
    in_batch_ = since_spill_ = 0;
    report_.lines = done_line_;
    for (const auto& [line, answer] : waiting_) on_answer_(line, answer);
    waiting_.clear();
    waiting_bytes_ = 0;
    on_progress_(done_line_);
    return absl::OkStatus();
  }

  absl::Status Failure(uint64_t line, const absl::Status& status) const {
    return WithContext(status, fmt::format("line {} (done and kept: up to line {})", line, report_.lines));
  }

  Storage& storage_;
  Engine& engine_;
  Clock& clock_;
  const ApplyOptions& options_;
  const OnAnswer& on_answer_;
  const OnApplyProgress& on_progress_;
  std::unique_ptr<Unit> unit_;
  bool redacted_ = false;
  size_t in_batch_ = 0;                               // lines settled since the last commit
  size_t since_spill_ = 0;                            // lines settled since the rows were last written
  uint64_t done_line_ = 0;                            // lines done with once the unit commits
  std::vector<std::pair<uint64_t, Answer>> waiting_;  // for the commit
  size_t waiting_bytes_ = 0;                          // about what they take
  ApplyReport report_;
};

}  // namespace

absl::StatusOr<ApplyReport> Apply(Storage& storage, Engine& engine, Clock& clock, ByteSource& input,
                                  const ApplyOptions& options, const OnAnswer& on_answer,
                                  const OnApplyProgress& on_progress) {
  if (options.mode == ApplyMode::kAtomic && options.keep_going) {
    return absl::InvalidArgumentError(
        "all or nothing cannot keep going after a refused line; leave one of the two out");
  }
  if (options.batch == 0) return absl::InvalidArgumentError("a batch has at least one command");
  return Applier(storage, engine, clock, options, on_answer, on_progress).Run(input);
}

absl::StatusOr<FileKey> SourceKeyOfFile(int fd, const std::string& name) {
  const auto failed = [&] { return absl::InternalError(fmt::format("read {}: {}", name, std::strerror(errno))); };
  const off_t begin = ::lseek(fd, 0, SEEK_CUR);
  if (begin < 0) return failed();
  off_t offset = begin;
  std::vector<char> block(size_t{256} << 10);
  Sha256Stream hash;
  while (true) {
    const ssize_t count = ::pread(fd, block.data(), block.size(), offset);
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) return failed();
    if (count == 0) return FileKey{.key = HexOf(hash.Finish()), .bytes = static_cast<uint64_t>(offset - begin)};
    hash.Add({block.data(), static_cast<size_t>(count)});
    offset += count;
  }
}

}  // namespace annals
