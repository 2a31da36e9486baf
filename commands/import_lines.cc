#include "commands/import_lines.h"

#include <memory>
#include <utility>

#include <fmt/format.h>

#include "commands/line_taker.h"
#include "schemas/json_text.h"
#include "schemas/status.h"

namespace annals {
namespace {

// Changed rows are written after so many lines where there is no commit.
constexpr uint64_t kSpillLines = 1000;

class LineImport {
 public:
  LineImport(Storage& storage, Clock& clock, RandomSource& random, const LineImportOptions& options,
             const OnLineRemark& on_remark, const OnLineProgress& on_progress)
      : storage_(storage), options_(options), on_progress_(on_progress), appender_(storage), merge_{appender_,
                                                                                                    clock,
                                                                                                    random,
                                                                                                    options,
                                                                                                    on_remark,
                                                                                                    report_} {}

  absl::StatusOr<LineImportReport> Run(ByteSource& input) {
    ASSIGN_OR_RETURN(report_.was_imported_before, WasMergedBefore());
    if (report_.was_imported_before) return std::move(report_);
    LineReader lines(input, kMaxCommandBytes);
    while (true) {
      ASSIGN_OR_RETURN(const auto line, lines.Next());
      if (!line) break;
      const absl::Status status = Take(*line);
      if (status.ok()) continue;
      const std::string kept = committed_ > 0 ? fmt::format(" (kept: up to line {})", committed_) : "";
      return WithContext(status, fmt::format("line {}{}", line->number, kept));
    }
    if (taker_ != nullptr) {
      const absl::Status finished = taker_->Finish(report_.lines);
      RETURN_IF_ERROR(finished);
    }
    if (options_.strict && report_.overridden + report_.left_out > 0) {
      appender_.Drop();
      return absl::FailedPreconditionError(
          fmt::format("{} of {} events were unlawful, so nothing was imported; without --strict transitions become "
                      "overrides, and the rest is left out",
                      report_.overridden + report_.left_out, report_.lines));
    }
    if (options_.dry_run) {
      appender_.Drop();
    } else {
      RETURN_IF_ERROR(appender_.Commit());
    }
    on_progress_(report_.lines);
    return std::move(report_);
  }

 private:
  absl::StatusOr<bool> WasMergedBefore() {
    if (options_.source.empty()) return false;
    ASSIGN_OR_RETURN(const auto snapshot, storage_.Read());
    ASSIGN_OR_RETURN(const uint64_t rows, snapshot->CountRows({.table = &ApplySourcesTable(),
                                                               .equals = {{0, std::string_view(options_.source)}}}));
    return rows > 0;
  }

  absl::Status Take(const LineReader::Line& line) {
    if (line.is_too_long) {
      return absl::InvalidArgumentError(fmt::format("it is longer than {} bytes; no event is", kMaxCommandBytes));
    }
    if (line.text.find_first_not_of(" \t\r") == std::string_view::npos) return absl::OkStatus();
    const absl::Status status = TakeEvent(line);
    if (!status.ok()) {
      // What stood before it is kept, where it may stand alone.
      if (taker_ != nullptr && InBatches()) RETURN_IF_ERROR(Commit(line.number - 1));
      return status;
    }
    ++report_.lines;
    if (++since_commit_ >= options_.batch && InBatches()) return Commit(line.number);
    if (since_commit_ % kSpillLines == 0) {
      RETURN_IF_ERROR(appender_.Spill());
      on_progress_(report_.lines);
    }
    return absl::OkStatus();
  }

  absl::Status TakeEvent(const LineReader::Line& line) {
    ASSIGN_OR_RETURN(LogLine event, decoder_.Read(line.text));
    if (taker_ == nullptr) RETURN_IF_ERROR(Choose(event));
    return taker_->Take(event, decoder_, line.number);
  }

  // By the first event: the beginning of a whole log that this one is, or may become.
  absl::Status Choose(const LogLine& first) {
    ASSIGN_OR_RETURN(const auto snapshot, storage_.Read());
    report_.exact = first.IsFull() && first.position == Position{1};
    if (report_.exact && snapshot->head().position.value > 0) {
      ASSIGN_OR_RETURN(const auto cursor, snapshot->ReadLog({.last = {1}}));
      ASSIGN_OR_RETURN(const RecordView* const record, cursor->Next());
      report_.exact = record != nullptr && IsKeptOf(*first.leaf_hash, record->kept_leaf);
    }
    if (report_.exact && !options_.renames.empty()) {
      return absl::InvalidArgumentError(
          "--rename: this file is the beginning of the same log; nothing in it may be renamed");
    }
    taker_ = report_.exact ? TakeExactly(storage_, appender_, report_) : TakeMerged(merge_);
    return absl::OkStatus();
  }

  bool InBatches() const { return taker_->commits_in_batches() && !options_.strict && !options_.dry_run; }

  absl::Status Commit(uint64_t line) {
    since_commit_ = 0;
    RETURN_IF_ERROR(appender_.Commit());
    if (report_.events > 0) committed_ = line;
    on_progress_(report_.lines);
    return absl::OkStatus();
  }

  Storage& storage_;
  const LineImportOptions& options_;
  const OnLineProgress& on_progress_;
  RawAppender appender_;
  LineImportReport report_;
  MergeParts merge_;
  LogLineDecoder decoder_;
  std::unique_ptr<LineTaker> taker_;
  uint64_t since_commit_ = 0;
  uint64_t committed_ = 0;  // the line
};

}  // namespace

absl::StatusOr<LineImportReport> ImportLines(Storage& storage, Clock& clock, RandomSource& random, ByteSource& input,
                                             const LineImportOptions& options, const OnLineRemark& on_remark,
                                             const OnLineProgress& on_progress) {
  if (options.batch == 0) return absl::InvalidArgumentError("a batch has at least one line");
  return LineImport(storage, clock, random, options, on_remark, on_progress).Run(input);
}

}  // namespace annals
