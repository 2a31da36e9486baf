#include "cli/output_tail.h"

#include "cli/utf8.h"

namespace annals {
namespace {

// Where the first whole character at or after `start` begins. More than three continuation bytes are no character's
// rest but binary output, which is left to the repair.
size_t CharacterAt(std::string_view text, size_t start) {
  size_t at = start;
  while (at < text.size() && at - start < 3 && (static_cast<uint8_t>(text[at]) & 0xC0) == 0x80) ++at;
  return at;
}

}  // namespace

OutputTail::OutputTail(size_t limit_bytes) : limit_bytes_(limit_bytes) {}

void OutputTail::Append(std::string_view bytes) {
  total_bytes_ += bytes.size();
  if (bytes.size() >= limit_bytes_) {
    bytes_.assign(bytes.substr(bytes.size() - limit_bytes_));
    return;
  }
  bytes_ += bytes;
  if (bytes_.size() > 2 * limit_bytes_) bytes_.erase(0, bytes_.size() - limit_bytes_);
}

OutputText OutputTail::Text() const {
  std::string_view kept = bytes_;
  if (kept.size() > limit_bytes_) kept.remove_prefix(kept.size() - limit_bytes_);
  OutputText result{.text = {}, .total_bytes = total_bytes_, .truncated = kept.size() < total_bytes_};
  if (result.truncated) kept.remove_prefix(CharacterAt(kept, 0));
  result.text = ValidUtf8(kept);
  if (result.text.size() > limit_bytes_) {
    result.text.erase(0, CharacterAt(result.text, result.text.size() - limit_bytes_));
    result.truncated = true;
  }
  return result;
}

}  // namespace annals
