// Any bytes as what a command printed: the summary of its failure and what of it is shown are text that can move no
// cursor.
#include <cstdint>
#include <string>

#include "cli/error_signature.h"
#include "cli/normalised_line.h"
#include "cli/printable.h"
#include "cli/telling_line.h"
#include "cli/utf8.h"
#include "schemas/check.h"
#include "schemas/text_rules.h"
#include "schemas/utf8.h"
#include "tests/fuzz/bytes.h"

namespace annals {
namespace {

bool IsUtf8(std::string_view text) {
  return FirstInvalidUtf8(text) == std::string_view::npos;
}

// No control characters but those named.
bool IsPlain(std::string_view text, std::string_view but) {
  if (!IsUtf8(text)) return false;
  for (; !text.empty(); text.remove_prefix(Utf8Length(text))) {
    if (IsControl(text) && but.find(text[0]) == std::string_view::npos) return false;
  }
  return true;
}

void Summarise(std::string_view output, int exit_code, int signal) {
  const ErrorSummary summary = SummariseFailure(output, exit_code, signal);
  CHECK(!summary.signature.empty() && summary.signature.size() <= kMaxSignatureBytes);
  CHECK(!summary.message.empty() && summary.message.size() <= kMaxErrorMessageBytes);
  CHECK(IsPlain(summary.message, ""));
  // It is recorded as an error of the step, which must not be refused.
  CHECK(CheckLabel("signature", summary.signature).ok());
  CHECK(CheckLabel("code", summary.code).ok());
  CHECK(CheckProse("message", summary.message).ok());
  const ErrorSummary again = SummariseFailure(output, exit_code, signal);
  CHECK(again.signature == summary.signature && again.message == summary.message && again.code == summary.code);
}

void Show(std::string_view text) {
  CHECK(IsPlain(TellingLine(text), ""));
  CHECK(IsPlain(Printable(text), ""));
  CHECK(IsPlain(PrintableLines(text), "\n\t"));
  CHECK(Printable(Printable(text)) == Printable(text));
  const std::string valid = ValidUtf8(text);
  CHECK(IsUtf8(valid) && valid.find('\0') == std::string::npos);
  if (IsUtf8(text) && text.find('\0') == std::string_view::npos) CHECK(valid == text);
  const std::string_view cut = CutUtf8(valid, valid.size() / 2);
  CHECK(cut.size() <= valid.size() / 2 && IsUtf8(cut));
  CHECK(cut.size() + 4 > valid.size() / 2);
  DisplayWidth(text);
  CHECK(StripAnsi(text).size() <= text.size());
  const std::string line = NormalisedLine(valid);
  CHECK(IsUtf8(line));
}

}  // namespace
}  // namespace annals

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::string_view output = annals::fuzz::TextOf(data, size);
  annals::Summarise(output, 1, 0);
  annals::Summarise(output, 0, 11);
  annals::Show(output);
  return 0;
}
