#include "ui/progress_drawers.hpp"
#include "ui/progress_lines.hpp"
#include "ui/runner_commands.hpp"

#include <algorithm>
#include <optional>
#include <vector>

namespace codemate::ui {
namespace {

class GroupedLines final : public LineWriter {
public:
    explicit GroupedLines(Out& out) : out_(out) {}
    ~GroupedLines() override { close_all(); }

    void say(const std::string& item, const std::string& line, Weight weight) override {
        if (item.empty()) return write(line);
        if (!owner_) open(item);
        if (item == *owner_) return write(line);
        Group& group = waiting(item);
        if (weight == Weight::lasting) group.lines.push_back(line);
    }

    void end(const std::string& item, const std::string& line) override {
        say(item, line, Weight::lasting);
        if (item.empty()) return;
        if (item == *owner_) {
            close();
            return next();
        }
        waiting(item).ended = true;
    }

private:
    struct Group {
        std::string item;
        std::vector<std::string> lines;
        bool ended = false;
    };

    void write(const std::string& line) { write_or_drop(out_, line + "\n"); }
    void command(const std::string& line) { write_or_drop(out_, line + "\n", Command::yes); }

    void open(const std::string& item) {
        owner_ = item;
        command("::group::" + escaped_data(item));
    }

    void close() {
        owner_.reset();
        command("::endgroup::");
    }

    Group& waiting(const std::string& item) {
        const auto found = std::find_if(waiting_.begin(), waiting_.end(),
                                        [&](const Group& group) { return group.item == item && !group.ended; });
        return found != waiting_.end() ? *found : waiting_.emplace_back(Group{item, {}});
    }

    void open_with_lines(const Group& group) {
        open(group.item);
        for (const std::string& line : group.lines)
            write(line);
    }

    // What has ended meanwhile comes whole; then one that is still running owns the log.
    void next() {
        const auto running =
            std::stable_partition(waiting_.begin(), waiting_.end(), [](const Group& group) { return group.ended; });
        std::for_each(waiting_.begin(), running, [this](const Group& group) {
            open_with_lines(group);
            close();
        });
        waiting_.erase(waiting_.begin(), running);
        if (waiting_.empty()) return;
        open_with_lines(waiting_.front());
        waiting_.erase(waiting_.begin());
    }

    void close_all() {
        while (owner_) {
            close();
            next();
        }
    }

    Out& out_;
    std::optional<std::string> owner_;
    std::vector<Group> waiting_;
};

} // namespace

std::unique_ptr<LineWriter> make_grouped_lines(Out& out) {
    return std::make_unique<GroupedLines>(out);
}

} // namespace codemate::ui
