// annals bench: what this disk and this machine give, beside SQLite alone.
#include <filesystem>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "bench/bench.h"
#include "cli/commands.h"
#include "cli/context.h"
#include "cli/exit_code.h"
#include "cli/table.h"
#include "schemas/json_writer.h"
#include "schemas/message_text.h"
#include "schemas/status.h"

namespace annals {
namespace {

// Four digits or more are told whole and in threes: 183,724. Fewer with two places behind the point.
std::string Number(double value) {
  if (value < 1000) return fmt::format("{:.2f}", value);
  const std::string digits = fmt::format("{:.0f}", value);
  std::string text;
  for (size_t i = 0; i < digits.size(); ++i) {
    if (i > 0 && (digits.size() - i) % 3 == 0) text += ',';
    text += digits[i];
  }
  return text;
}
std::string Number(const std::optional<double>& value) {
  return value ? Number(*value) : "";
}

std::string Floor(const bench::Figure& figure) {
  if (!figure.floor) return "";
  return fmt::format("{} {}", figure.less_is_better ? "≤" : "≥",
                     *figure.floor < 1000 ? fmt::format("{:g}", *figure.floor) : Number(*figure.floor));
}

void PrintJson(const bench::Figure& figure, std::ostream& out) {
  JsonWriter json;
  json.BeginObject().Key("name").String(figure.name).Key("what").String(figure.what).Key("unit").String(figure.unit);
  const auto number = [&](std::string_view key, const std::optional<double>& value) {
    json.Key(key);
    if (value) {
      json.Double(*value);
    } else {
      json.Null();
    }
  };
  number("value", figure.value);
  number("beside", figure.beside);
  number("ratio", figure.ratio);
  number("floor", figure.floor);
  json.Key("floor_is_of").String(figure.ratio ? "ratio" : "value").Key("less_is_better").Bool(figure.less_is_better);
  json.Key("reached").Bool(figure.ReachesFloor()).EndObject();
  out << json.text() << '\n';
}

void PrintTable(const std::vector<bench::Figure>& figures, Context& context) {
  Table table({{"row"},
               {"what"},
               {"median", Align::kRight},
               {"unit"},
               {"beside", Align::kRight},
               {"ratio", Align::kRight},
               {"to reach", Align::kRight},
               {""}});
  size_t floors = 0, missed = 0;
  for (const bench::Figure& figure : figures) {
    const bool reaches = figure.ReachesFloor();
    if (figure.floor) ++floors;
    if (!reaches) ++missed;
    table.AddRow({Cell{figure.name}, Cell{figure.what}, Cell{Number(figure.value)}, Cell{figure.unit},
                  Cell{Number(figure.beside)}, Cell{Number(figure.ratio)}, Cell{Floor(figure)},
                  Cell{reaches ? "" : "!", Ink::kRed}});
  }
  context.out() << table.Render(context.width(), context.colour());
  if (missed > 0) context.out() << fmt::format("! misses what is to reach: {} of {}\n", missed, floors);
}

// The comparison of whole processes is built beside annals, or installed beside it.
std::string BareBinary(const std::filesystem::path& annals) {
  for (const char* const place : {"bench/bare_insert", "bare_insert"}) {
    const std::filesystem::path path = annals.parent_path() / place;
    if (std::filesystem::exists(path)) return path.lexically_normal();
  }
  return "";
}

}  // namespace

Command BenchCommand() {
  struct Flags {
    int64_t commands = 200'000;
    int64_t rounds = 5;
    int64_t seed = 1;
    std::string directory = ".";
    std::vector<std::string> rows;
    bool raw = false;
  };
  const auto flags = std::make_shared<Flags>();
  return {
      .name = "bench",
      .summary = "Measure this machine and disk, beside SQLite alone",
      .details = fmt::format(
          "Makes databases of its own in a folder, fills them with pipelines, and removes them again. \"beside\" is "
          "what a row is compared with, measured in turn with it: SQLite alone, a process that only opens a database "
          "and inserts one row, or the library. What is \"to reach\" is of the ratio where there is one; a row that "
          "misses it has a \"!\". Rows can be measured alone, by their names or by those of their groups: {}.",
          fmt::join(bench::GroupNames(), ", ")),
      .example = "annals bench --dir /var/tmp --commands 1000000\nannals bench single batch",
      .arguments = {Places("ROW", &flags->rows, "rows or groups of rows to measure (default: all)"),
                    Flag("--raw", &flags->raw, "measure SQLite alone, nothing of Annals"),
                    FileNamed(
                        Option("--dir", "DIR", &flags->directory, "where the databases are made (default: here)")),
                    Option("--commands", "N", &flags->commands,
                           "commands in the large database (default 200000, at least 20000)"),
                    Option("--rounds", "N", &flags->rounds,
                           "rounds of each measurement, of which the median is shown (default 5)"),
                    Option("--seed", "N", &flags->seed, "of the commands (default 1)")},
      .run = [flags](Context& context) -> absl::StatusOr<int> {
        if (flags->commands < 20'000 || flags->rounds < 1 || flags->rounds > 1'000 || flags->seed < 0) {
          return absl::InvalidArgumentError(
              "--commands is at least 20000, --rounds from 1 to 1000, --seed not negative");
        }
        if (flags->raw) {
          if (!flags->rows.empty()) return absl::InvalidArgumentError("--raw stands for rows; name none beside it");
          flags->rows = {"raw"};
        }
        std::error_code ignored;
        if (!std::filesystem::is_directory(flags->directory, ignored)) {
          return absl::InvalidArgumentError(
              fmt::format("--dir: {} is no folder; name one on the disk to measure", Quoted(flags->directory)));
        }
        const std::filesystem::path self = std::filesystem::read_symlink("/proc/self/exe", ignored);
        const bench::Options options{.directory = flags->directory,
                                     .annals_binary = self.string(),
                                     .bare_binary = BareBinary(self),
                                     .commands = static_cast<uint64_t>(flags->commands),
                                     .rounds = static_cast<uint64_t>(flags->rounds),
                                     .seed = static_cast<uint64_t>(flags->seed),
                                     .rows = flags->rows};
        ASSIGN_OR_RETURN(const auto figures, bench::Run(options, [&](std::string_view what) {
                           if (!context.json()) context.err() << fmt::format("measuring {} …\n", what);
                         }));
        if (context.json()) {
          for (const bench::Figure& figure : figures) PrintJson(figure, context.out());
        } else {
          PrintTable(figures, context);
        }
        return kExitDone;
      }};
}

}  // namespace annals
