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
#include "schemas/status.h"

namespace annals {
namespace {

absl::StatusOr<uint64_t> ReadPlace(Snapshot& snapshot, const std::string& source) {
  uint64_t lines = 0;
  const RowQuery query{.table = &ApplySourcesTable(), .equals = {{0, std::string_view(source)}}};
  RETURN_IF_ERROR(snapshot.ReadRows(query, TableSet::kLive, [&](Row row) {
    lines = static_cast<uint64_t>(std::get<int64_t>(row[1]));
    return absl::OkStatus();
  }));
  return lines;
}

absl::Status ProblemOf(const Answer& answer) {
  if (const auto* const status = std::get_if<absl::Status>(&answer)) return *status;
  const Refusal* refusal = nullptr;
  if (const auto* const refused = std::get_if<Refused>(&answer)) refusal = &refused->refusal;
  if (const auto* const preview = std::get_if<Preview>(&answer); preview != nullptr && preview->refusal)
    refusal = &*preview->refusal;
  if (refusal == nullptr) return absl::OkStatus();
  return absl::FailedPreconditionError(fmt::format("{} {}: {}", refusal->machine, refusal->entity, refusal->why));
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
        return WithContext(batch->failure(), fmt::format("apply: after line {}", done_line_));
      }
    }
    if (!report_.rolled_back) RETURN_IF_ERROR(Commit());
    return std::move(report_);
  }

 private:
  bool keeps_place() const { return !options_.source.empty() && options_.mode != ApplyMode::kDryRun; }

  // False: a line ended it.
  absl::StatusOr<bool> Take(const CommandBatch& batch) {
    for (const CommandBatch::Line& line : batch.lines()) {
      absl::StatusOr<Answer> answer = Answer(line.status);
      if (line.status.ok()) {
        RETURN_IF_ERROR(Open());
        answer = unit_->Execute(line.command);
        if (!answer.ok()) return Failure(line.number, answer.status());
        ++in_unit_;
      }
      ASSIGN_OR_RETURN(const bool go_on, Settle(line, *std::move(answer)));
      if (!go_on) return false;
      if (in_unit_ >= options_.batch) RETURN_IF_ERROR(options_.mode == ApplyMode::kBatches ? Commit() : Spill());
    }
    done_line_ = std::max(done_line_, batch.last_line());  // with the blank lines at its end
    return true;
  }

  // Counts an answer, and decides whether to go on after it.
  absl::StatusOr<bool> Settle(const CommandBatch::Line& line, Answer&& answer) {
    const absl::Status problem = ProblemOf(answer);
    const bool stops = !problem.ok() && !options_.keep_going;
    const bool is_bad = std::holds_alternative<absl::Status>(answer);
    if (!problem.ok()) {
      ++(is_bad ? report_.bad : report_.refused);
      if (report_.first_problem.ok()) report_.first_problem = WithContext(problem, fmt::format("line {}", line.number));
    } else if (const auto* const receipt = std::get_if<Receipt>(&answer); receipt != nullptr && receipt->repeat) {
      ++report_.repeats;
    } else {
      ++report_.done;
    }
    if (stops) report_.stopped_at = line.number;
    if (stops && options_.mode == ApplyMode::kAtomic) {
      ASSIGN_OR_RETURN(answer, TakeAllBack(line, std::move(answer)));
    } else if (!stops || !is_bad) {
      done_line_ = line.number;
    }
    if (options_.only_problems && problem.ok()) return true;
    if (options_.mode == ApplyMode::kBatches) {
      waiting_.emplace_back(line.number, std::move(answer));
    } else {
      on_answer_(line.number, answer);
    }
    return !stops;
  }

  absl::StatusOr<Answer> TakeAllBack(const CommandBatch::Line& line, Answer answer) {
    unit_.reset();
    report_.rolled_back = true;
    report_.done = report_.repeats = 0;
    report_.lines = report_.lines_before;
    const auto* const refused = std::get_if<Refused>(&answer);
    if (refused == nullptr || refused->repeat) return answer;
    ASSIGN_OR_RETURN(const auto unit, engine_.Begin());
    absl::StatusOr<Answer> recorded = unit->RecordRefusal(line.command, *refused);
    if (!recorded.ok()) return Failure(line.number, recorded.status());
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
        fmt::format("apply {}: another apply of the same source has come to line {} meanwhile, this one to {}; "
                    "let one of them finish",
                    options_.source, place, report_.lines));
  }

  absl::Status Spill() {
    in_unit_ = 0;
    on_progress_(done_line_);
    return unit_->Spill();
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
    in_unit_ = 0;
    report_.lines = done_line_;
    for (const auto& [line, answer] : waiting_) on_answer_(line, answer);
    waiting_.clear();
    on_progress_(done_line_);
    return absl::OkStatus();
  }

  absl::Status Failure(uint64_t line, const absl::Status& status) const {
    return WithContext(status, fmt::format("apply: line {} (done and kept: up to line {})", line, report_.lines));
  }

  Storage& storage_;
  Engine& engine_;
  Clock& clock_;
  const ApplyOptions& options_;
  const OnAnswer& on_answer_;
  const OnApplyProgress& on_progress_;
  std::unique_ptr<Unit> unit_;
  size_t in_unit_ = 0;
  uint64_t done_line_ = 0;                            // lines done with once the unit commits
  std::vector<std::pair<uint64_t, Answer>> waiting_;  // answers of the unit
  ApplyReport report_;
};

}  // namespace

absl::StatusOr<ApplyReport> Apply(Storage& storage, Engine& engine, Clock& clock, ByteSource& input,
                                  const ApplyOptions& options, const OnAnswer& on_answer,
                                  const OnApplyProgress& on_progress) {
  if (options.mode == ApplyMode::kAtomic && options.keep_going) {
    return absl::InvalidArgumentError(
        "apply: all or nothing cannot keep going after a refused line; leave one of the two out");
  }
  if (options.batch == 0) return absl::InvalidArgumentError("apply: a batch has at least one command");
  return Applier(storage, engine, clock, options, on_answer, on_progress).Run(input);
}

absl::StatusOr<std::string> SourceKeyOfFile(int fd, const std::string& name) {
  const auto failed = [&] { return absl::InternalError(fmt::format("read {}: {}", name, std::strerror(errno))); };
  off_t offset = ::lseek(fd, 0, SEEK_CUR);
  if (offset < 0) return failed();
  std::vector<char> block(size_t{256} << 10);
  Sha256Stream hash;
  while (true) {
    const ssize_t count = ::pread(fd, block.data(), block.size(), offset);
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) return failed();
    if (count == 0) return HexOf(hash.Finish());
    hash.Add({block.data(), static_cast<size_t>(count)});
    offset += count;
  }
}

}  // namespace annals
