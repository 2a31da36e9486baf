#include "cli/key_file.h"

#include <sys/stat.h>

#include <fmt/format.h>

#include "cli/context.h"
#include "cli/input_text.h"
#include "cli/printable.h"
#include "schemas/message_text.h"
#include "schemas/status.h"

namespace annals {
namespace {

// Editors and `echo` end a line with a newline.
std::string_view WithoutNewline(std::string_view text) {
  if (text.ends_with('\n')) text.remove_suffix(1);
  return text;
}

void WarnWhereOthersRead(Context& context, const std::string& file) {
  struct stat info = {};
  if (file == "-" || stat(file.c_str(), &info) != 0 || (info.st_mode & (S_IRWXG | S_IRWXO)) == 0) return;
  context.err() << fmt::format(
      "annals: warning: others may read the private key {0}; chmod 600 {0}, and think of it "
      "as known to them\n",
      Printable(file));
}

}  // namespace

absl::StatusOr<SigningKey> ReadKeyFile(Context& context, const std::string& file) {
  ASSIGN_OR_RETURN(const std::string text, ReadFileText(file));
  absl::StatusOr<SigningKey> key = SigningKey::Parse(WithoutNewline(text));
  if (!key.ok()) return WithContext(key.status(), fmt::format("read the key file {}", Quoted(file)));
  WarnWhereOthersRead(context, file);
  return key;
}

absl::StatusOr<VerifierKey> ReadVerifierKey(std::string_view given) {
  ASSIGN_OR_RETURN(const std::string text, ReadInputText(given));
  return VerifierKey::Parse(WithoutNewline(text));
}

}  // namespace annals
