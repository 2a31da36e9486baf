#include "eventstore/types.h"

namespace annals {
namespace {

constexpr std::string_view kRunPrefix = "run/";
constexpr std::string_view kRefusedPrefix = "refused/";

int DigitOf(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

}  // namespace

std::string HexOf(std::string_view bytes) {
  constexpr char kDigits[] = "0123456789abcdef";
  std::string hex;
  hex.reserve(bytes.size() * 2);
  for (const char c : bytes) {
    const auto byte = static_cast<unsigned char>(c);
    hex += kDigits[byte >> 4];
    hex += kDigits[byte & 15];
  }
  return hex;
}

std::string HexOf(const Hash& hash) {
  return HexOf(BytesOf(hash));
}

std::optional<std::string> BytesOfHex(std::string_view hex) {
  if (hex.size() % 2 != 0) return std::nullopt;
  std::string bytes;
  bytes.reserve(hex.size() / 2);
  for (size_t i = 0; i < hex.size(); i += 2) {
    const int high = DigitOf(hex[i]);
    const int low = DigitOf(hex[i + 1]);
    if (high < 0 || low < 0) return std::nullopt;
    bytes += static_cast<char>(high * 16 + low);
  }
  return bytes;
}

std::string RunStream(std::string_view run_id) {
  return std::string(kRunPrefix).append(run_id);
}

std::string RefusedStream(std::string_view stream) {
  return std::string(kRefusedPrefix).append(stream);
}

std::string_view SubjectOf(std::string_view stream) {
  if (stream.starts_with(kRefusedPrefix)) stream.remove_prefix(kRefusedPrefix.size());
  return stream;
}

bool MakesRows(std::string_view stream) {
  return stream != kNoteStream && !stream.starts_with(kRefusedPrefix);
}

std::optional<std::string_view> RunOfStream(std::string_view stream) {
  stream = SubjectOf(stream);
  if (!stream.starts_with(kRunPrefix)) return std::nullopt;
  return stream.substr(kRunPrefix.size());
}

}  // namespace annals
