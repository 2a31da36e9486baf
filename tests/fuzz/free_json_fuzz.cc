// Any bytes as a JSON object of the user's own: it is taken exactly where a second reader takes it, minified to what is
// minified already, and what we write of any text is read back as that text.
#include <cstdint>
#include <string>

#include "schemas/check.h"
#include "schemas/json_text.h"
#include "schemas/json_writer.h"
#include "schemas/utf8.h"
#include "tests/fuzz/bytes.h"
#include "tests/fuzz/plain_json.h"

namespace annals {
namespace {

void Minify(std::string_view text) {
  const auto minified = MinifyJsonObject(text);
  CHECK(minified.ok() || absl::IsInvalidArgument(minified.status()));
  CHECK(minified.ok() == fuzz::PlainJson::IsObject(text, kMaxJsonDepth));
  if (!minified.ok()) {
    CHECK(FirstInvalidUtf8(std::string_view(minified.status().message().data(), minified.status().message().size())) ==
          std::string_view::npos);
    return;
  }
  CHECK(FirstInvalidUtf8(*minified) == std::string_view::npos);
  CHECK(MinifyJsonObject(*minified).value() == *minified);
}

void WriteText(std::string_view text) {
  if (FirstInvalidUtf8(text) != std::string_view::npos) return;
  JsonWriter out;
  out.BeginObject().Key(text).String(text).EndObject();
  const std::string written = out.Take();
  CHECK(fuzz::PlainJson::IsObject(written, 1));
  // The copier escapes anew, in the writer's own way.
  CHECK(MinifyJsonObject(written).value() == written);
  JsonTokens tokens;
  std::string_view key, value;
  CHECK(tokens.Load(written) && tokens.Take('{') && tokens.ReadString(key) && key == text);
  CHECK(tokens.Take(':') && tokens.ReadString(value) && value == text && tokens.Take('}') && tokens.AtEnd());
}

}  // namespace
}  // namespace annals

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::string_view text = annals::fuzz::TextOf(data, size);
  annals::Minify(text);
  annals::WriteText(text);
  return 0;
}
