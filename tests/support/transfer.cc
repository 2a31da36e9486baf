#include "tests/support/transfer.h"

#include <algorithm>

#include <fmt/format.h>

#include "projections/log_json.h"
#include "tests/support/must.h"

namespace annals::support {
namespace {

class TextSource final : public ByteSource {
 public:
  explicit TextSource(std::string text) : text_(std::move(text)) {}
  absl::StatusOr<size_t> Read(char* out, size_t size) override {
    const size_t count = std::min(size, text_.size() - at_);
    std::copy_n(text_.data() + at_, count, out);
    at_ += count;
    return count;
  }
  bool WouldWait() override { return false; }
  void Interrupt() override { at_ = text_.size(); }

 private:
  const std::string text_;
  size_t at_ = 0;
};

}  // namespace

std::vector<std::string> LinesOf(Storage& storage, Detail detail) {
  std::vector<std::string> lines;
  const auto snapshot = Must(storage.Read());
  const auto cursor = Must(snapshot->ReadLog({}));
  RecordFolder folder;
  JsonWriter out;
  while (const RecordView* const record = Must(cursor->Next())) {
    const FoldedEvent event = Must(folder.Read(*record));
    const FullDetail full = Must(ReadFullDetail(*snapshot, event));
    Must(WriteLogLine(*record, event, detail == Detail::kFull ? &full : nullptr, out));
    lines.push_back(out.Take());
  }
  return lines;
}

absl::StatusOr<LineImportReport> ImportInto(Storage& storage, const std::vector<std::string>& lines,
                                            const LineImportOptions& options, std::vector<std::string>* remarks) {
  std::string text;
  for (const std::string& line : lines) text += line + "\n";
  TextSource source(std::move(text));
  SimulatedClock clock(Timestamp{1'893'456'000'000'000});
  SeededRandom random(99);
  return ImportLines(
      storage, clock, random, source, options,
      [&](const LineRemark& remark) {
        if (remarks != nullptr) remarks->push_back(fmt::format("line {}: {}", remark.line, remark.what));
      },
      [](uint64_t) {});
}

}  // namespace annals::support
