// annals key: new, show.
#include <memory>

#include <fmt/format.h>

#include "cli/commands.h"
#include "cli/context.h"
#include "cli/exit_code.h"
#include "cli/key_file.h"
#include "cli/output_file.h"
#include "cli/printable.h"
#include "schemas/json_writer.h"
#include "schemas/status.h"

namespace annals {
namespace {

struct KeyOptions {
  std::string file;
  std::string name = "annals";
};

void PrintKey(Context& context, const VerifierKey& key, const std::string& file) {
  if (!context.json()) {
    context.out() << key.text() << '\n';
    return;
  }
  JsonWriter out;
  out.BeginObject().Key("file").String(file).Key("name").String(key.name());
  out.Key("key_id").String(fmt::format("{:08x}", key.id())).Key("verifier_key").String(key.text());
  context.out() << out.EndObject().text() << '\n';
}

absl::StatusOr<int> New(Context& context, const KeyOptions& options) {
  if (context.options().dry_run) {
    return absl::InvalidArgumentError("--dry-run: a key that is not kept is of no use; leave it out");
  }
  absl::StatusOr<SigningKey> key = SigningKey::Generate(options.name, context.random());
  if (!key.ok()) return WithContext(key.status(), "--name");
  RETURN_IF_ERROR(CreatePrivateFile(options.file, key->text() + '\n'));
  PrintKey(context, key->verifier(), options.file);
  if (!context.json()) {
    context.err() << fmt::format(
        "The private key is in {}. Keep it elsewhere than the database: who has both can seal a log that never was.\n"
        "Give the line above, the verifier key, to everybody who checks.\n",
        Printable(options.file));
  }
  return kExitDone;
}

absl::StatusOr<int> Show(Context& context, const KeyOptions& options) {
  ASSIGN_OR_RETURN(const SigningKey key, ReadKeyFile(context, options.file));
  PrintKey(context, key.verifier(), options.file);
  return kExitDone;
}

}  // namespace

Command KeyCommands() {
  const auto options = std::make_shared<KeyOptions>();
  return {
      .name = "key",
      .summary = "Keys that seal a log",
      .details = "",
      .example = "annals key new /media/usb/annals.key",
      .arguments = {},
      .run = nullptr,
      .commands = {
          {.name = "new",
           .summary = "Make an Ed25519 key and print its verifier key",
           .details =
               "The file gets mode 0600; one that is there is not overwritten. Both keys have the form of signed "
               "notes (c2sp.org/signed-note).",
           .example = "annals key new /media/usb/annals.key --name example.com/builds > annals.pub",
           .arguments = {FileNamed(Place("FILE", &options->file, "where the private key goes")),
                         Option("--name", "NAME", &options->name, "who signs, without spaces or + (default: annals)")},
           .run = [options](Context& context) { return New(context, *options); }},
          {.name = "show",
           .summary = "Print the verifier key of a key file",
           .details = "",
           .example = "annals key show /media/usb/annals.key",
           .arguments = {FileNamed(Place("FILE", &options->file, "the private key, or - for standard input"))},
           .run = [options](Context& context) { return Show(context, *options); }},
      }};
}

}  // namespace annals
