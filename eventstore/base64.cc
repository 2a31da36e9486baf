#include "eventstore/base64.h"

#include <sodium.h>

#include "schemas/check.h"

namespace annals {

std::string Base64Of(std::string_view bytes) {
  std::string text(sodium_base64_encoded_len(bytes.size(), sodium_base64_VARIANT_ORIGINAL), '\0');
  const auto* const data = reinterpret_cast<const unsigned char*>(bytes.data());
  CHECK(sodium_bin2base64(text.data(), text.size(), data, bytes.size(), sodium_base64_VARIANT_ORIGINAL) != nullptr);
  text.pop_back();  // the NUL
  return text;
}

std::optional<std::string> BytesOfBase64(std::string_view text) {
  std::string bytes(text.size() / 4 * 3, '\0');
  size_t size = 0;
  auto* const data = reinterpret_cast<unsigned char*>(bytes.data());
  const int failed = sodium_base642bin(data, bytes.size(), text.data(), text.size(), nullptr, &size, nullptr,
                                       sodium_base64_VARIANT_ORIGINAL);
  if (failed != 0) return std::nullopt;
  bytes.resize(size);
  // Some bytes past 0x7f pass for digits there, so what was read is written again.
  if (Base64Of(bytes) != text) return std::nullopt;
  return bytes;
}

}  // namespace annals
