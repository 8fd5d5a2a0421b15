#include "codemate/json/edit.hpp"

#include "json/layout.hpp"

#include "codemate/base/error.hpp"
#include "codemate/base/text.hpp"
#include "codemate/json/read.hpp"

#include <algorithm>
#include <charconv>
#include <utility>
#include <vector>

namespace codemate::json {
namespace {

Error defect(std::string_view place, std::string_view why) {
    return {Kind::defect, "cannot edit the JSON text at " + quoted(place, 200) + ": " + std::string(why)};
}

std::vector<std::string> steps_of(std::string_view place) {
    std::vector<std::string> steps;
    if (place.empty()) return steps;
    if (place.front() != '/') throw defect(place, "a pointer begins with /");
    for (const std::string_view part : split(place.substr(1), '/')) {
        std::string& step = steps.emplace_back();
        for (std::size_t at = 0; at < part.size(); ++at) {
            const bool escape = part[at] == '~' && at + 1 < part.size();
            step += !escape ? part[at] : part[++at] == '1' ? '/' : '~';
        }
    }
    return steps;
}

// A member or an element as it stands in the text.
struct Item {
    std::size_t begin; // of the key, or of the element
    std::size_t end;   // behind the value
};

std::vector<Item> items_of(const Value& container) {
    std::vector<Item> items;
    for (const Value& element : container.elements())
        items.push_back({element.extent().begin, element.extent().end});
    for (const Member& member : container.members())
        items.push_back({member.key_extent.begin, member.value.extent().end});
    return items;
}

// The item's number in its container; their number where there is none.
std::size_t index_of(const Value& container, const std::string& step) {
    if (container.is_object()) {
        const auto members = container.members();
        for (std::size_t i = members.size(); i-- > 0;) {
            if (members[i].key == step) return i;
        }
        return members.size();
    }
    std::size_t index = container.elements().size();
    const auto [end, failure] = std::from_chars(step.data(), step.data() + step.size(), index);
    if (failure != std::errc() || end != step.data() + step.size()) return container.elements().size();
    return std::min(index, container.elements().size());
}

const Value* child(const Value& container, const std::string& step) {
    const std::size_t index = index_of(container, step);
    if (container.is_object()) return index < container.members().size() ? &container.members()[index].value : nullptr;
    return index < container.elements().size() ? &container.elements()[index] : nullptr;
}

// A text, what it means, and the changes that are to be made to it.
class Edit {
public:
    explicit Edit(std::string_view text)
        : text_(text), document_(read(text, "the text", Comments::allowed)), layout_(Layout::of(text, document_.root)) {
    }

    const Value& root() const { return document_.root; }
    void replace(const Value& old, const Value& value, const Value* parent);
    void add(const Value& container, const Value* parent, std::span<const Member> items); // keys of elements: empty
    void remove(const Value& container, std::size_t index);
    void put_first(const Value& array, const Value* parent, const Value& element);
    std::string take();

private:
    struct Change {
        std::size_t begin, end;
        std::string text;
    };

    void change(std::size_t begin, std::size_t end, std::string text) {
        changes_.push_back({begin, end, std::move(text)});
    }

    bool over_lines(const Value& value) const {
        const Extent& at = value.extent();
        return text_.substr(at.begin, at.end - at.begin).find_first_of("\r\n") != std::string_view::npos;
    }
    Layout::Lines lines_of(const Value& container) const {
        return over_lines(container) ? Layout::Lines::several : Layout::Lines::one;
    }
    std::size_t line_begin(std::size_t at) const;
    std::string_view indent_at(std::size_t at) const; // of the line
    std::size_t columns_before(std::size_t at) const {
        return display_width(text_.substr(line_begin(at), at - line_begin(at)));
    }
    bool first_on_line(std::size_t at) const { return line_begin(at) + indent_at(at).size() == at; }
    std::size_t behind_blanks(std::size_t at) const {
        return std::min(text_.find_first_not_of(" \t", at), text_.size());
    }
    std::size_t behind_comments_on_line(std::size_t at) const;
    std::size_t
    behind_line(std::size_t at) const; // where the next line begins; npos: something else stands on this one
    std::size_t comma_behind(std::size_t at) const;
    bool has_comment_within(std::size_t begin, std::size_t end) const;

    void fill(const Value& container, const Value* parent, std::span<const Member> items);
    std::string item_text(const Member&, bool is_member, std::string_view colon, std::string_view indent,
                          Layout::Lines) const;
    std::string_view colon_of(const Value& container) const;
    std::string separator_of(const Value& container, const std::vector<Item>&) const;

    std::string_view text_;
    Document document_;
    Layout layout_;
    std::vector<Change> changes_;
};

std::size_t Edit::line_begin(std::size_t at) const {
    const std::size_t before = at == 0 ? std::string_view::npos : text_.find_last_of("\r\n", at - 1);
    return before == std::string_view::npos ? 0 : before + 1;
}

std::string_view Edit::indent_at(std::size_t at) const {
    const std::size_t begin = line_begin(at);
    return text_.substr(begin, behind_blanks(begin) - begin);
}

// Comments that begin on this line; the last one may end on another.
std::size_t Edit::behind_comments_on_line(std::size_t at) const {
    for (const Comment& comment : document_.comments) {
        if (comment.extent.begin >= at && behind_blanks(at) == comment.extent.begin) at = comment.extent.end;
    }
    return at;
}

std::size_t Edit::behind_line(std::size_t at) const {
    const std::size_t end = behind_blanks(behind_comments_on_line(at));
    if (text_.substr(at, end - at).find_first_of("\r\n") != std::string_view::npos) return std::string_view::npos;
    if (end == text_.size()) return end;
    if (text_.substr(end, 2) == "\r\n") return end + 2;
    return text_[end] == '\n' || text_[end] == '\r' ? end + 1 : std::string_view::npos;
}

std::size_t Edit::comma_behind(std::size_t at) const {
    std::size_t comma = text_.find(',', at);
    for (const Comment& comment : document_.comments) {
        if (comment.extent.begin < at) continue;
        if (comma < comment.extent.begin) break;
        if (comma < comment.extent.end) comma = text_.find(',', comment.extent.end);
    }
    return comma;
}

bool Edit::has_comment_within(std::size_t begin, std::size_t end) const {
    return std::any_of(document_.comments.begin(), document_.comments.end(), [&](const Comment& comment) {
        return comment.extent.begin >= begin && comment.extent.begin < end;
    });
}

void Edit::replace(const Value& old, const Value& value, const Value* parent) {
    if (old == value) return;
    const Extent& at = old.extent();
    const auto lines =
        over_lines(old) || (parent != nullptr && over_lines(*parent)) ? Layout::Lines::several : Layout::Lines::one;
    change(at.begin, at.end, layout_.written(value, indent_at(at.begin), columns_before(at.begin) + 1, lines));
}

// What stands between key and value.
std::string_view Edit::colon_of(const Value& container) const {
    if (container.members().empty()) return ": ";
    const Member& last = container.members().back();
    const std::size_t from = last.key_extent.end;
    const std::string_view colon = text_.substr(from, last.value.extent().begin - from);
    return colon.find_first_not_of(" :") == std::string_view::npos ? colon : ": ";
}

// What stands between two items on the same line.
std::string Edit::separator_of(const Value& container, const std::vector<Item>& items) const {
    if (items.size() < 2) return container.is_object() && colon_of(container) == ":" ? "," : ", ";
    const std::size_t from = items[items.size() - 2].end;
    const std::string_view between = text_.substr(from, items.back().begin - from);
    return between.find_first_not_of(" ,") == std::string_view::npos ? std::string(between) : ", ";
}

std::string Edit::item_text(const Member& item, bool is_member, std::string_view colon, std::string_view indent,
                            Layout::Lines lines) const {
    const std::string key = is_member ? to_line(Value(item.key)) + std::string(colon) : std::string();
    return key + layout_.written(item.value, indent, indent.size() + display_width(key) + 1, lines);
}

// An empty container.
void Edit::fill(const Value& container, const Value* parent, std::span<const Member> items) {
    Value filled = container.is_object() ? Value::object() : Value::array();
    for (const Member& item : items)
        container.is_object() ? filled.append_member(item) : void(filled.add(item.value));
    const Extent& at = container.extent();
    if (!has_comment_within(at.begin, at.end)) return replace(container, filled, parent);
    // The comments stay in front. The last one may be one that ends with its line.
    const std::string indent(indent_at(at.begin));
    const std::string inner = indent + layout_.unit;
    std::string text;
    for (const Member& item : items) {
        text += (text.empty() ? "" : ",") + layout_.newline + inner +
                item_text(item, container.is_object(), ": ", inner, Layout::Lines::several);
    }
    std::size_t from = at.begin + 1;
    for (const Comment& comment : document_.comments) {
        if (comment.extent.end < at.end) from = std::max(from, comment.extent.end);
    }
    change(from, at.end - 1, text + layout_.newline + indent);
}

void Edit::add(const Value& container, const Value* parent, std::span<const Member> added) {
    if (added.empty()) return;
    const std::vector<Item> items = items_of(container);
    if (items.empty()) return fill(container, parent, added);
    const Item& last = items.back();
    const std::string_view colon = colon_of(container);
    std::string text;
    if (!first_on_line(last.begin)) {
        for (const Member& item : added) {
            text += separator_of(container, items) +
                    item_text(item, container.is_object(), colon, indent_at(last.begin), lines_of(container));
        }
        return change(last.end, last.end, text);
    }
    const std::string_view indent = indent_at(last.begin);
    for (const Member& item : added) {
        text += (text.empty() ? "" : ",") + layout_.newline + std::string(indent) +
                item_text(item, container.is_object(), colon, indent, Layout::Lines::several);
    }
    const std::size_t comments_end = behind_comments_on_line(last.end);
    change(last.end, last.end, ",");
    // Whatever else stands on that line begins a new one.
    const bool bracket_follows = behind_line(comments_end) == std::string_view::npos;
    if (bracket_follows) text += layout_.newline + std::string(indent_at(container.extent().begin));
    change(comments_end, bracket_follows ? behind_blanks(comments_end) : comments_end, text);
}

void Edit::remove(const Value& container, std::size_t index) {
    const std::vector<Item> items = items_of(container);
    const Item& item = items[index];
    const bool is_last = index + 1 == items.size();
    std::size_t end = item.end;
    if (!is_last) {
        const std::size_t comma = comma_behind(item.end);
        if (has_comment_within(item.end, comma)) {
            change(item.begin, item.end, "");
            return change(comma, comma + 1, "");
        }
        end = comma + 1;
    } else if (index > 0) {
        const std::size_t comma = comma_behind(items[index - 1].end);
        change(comma, comma + 1, "");
    }
    const std::size_t next_line = behind_line(end);
    if (first_on_line(item.begin) && next_line != std::string_view::npos) {
        change(line_begin(item.begin), next_line, "");
    } else if (!is_last) {
        change(item.begin, behind_blanks(end), "");
    } else {
        const std::size_t blanks = text_.find_last_not_of(" \t", item.begin - 1) + 1;
        change(index > 0 ? blanks : item.begin, end, "");
    }
    // Nothing is left but blanks.
    const Extent& at = container.extent();
    if (items.size() == 1 && !has_comment_within(at.begin, at.end)) {
        changes_.clear();
        change(at.begin + 1, at.end - 1, "");
    }
}

void Edit::put_first(const Value& array, const Value* parent, const Value& element) {
    const Member item{"", element, {}};
    const std::vector<Item> items = items_of(array);
    if (items.empty()) return fill(array, parent, std::span(&item, 1));
    const std::size_t first = items.front().begin;
    const bool own_line = first_on_line(first);
    const std::string indent(indent_at(first));
    const std::string text = item_text(item, false, "", indent, own_line ? Layout::Lines::several : lines_of(array));
    change(first, first, text + (own_line ? "," + layout_.newline + indent : ", "));
}

std::string Edit::take() {
    std::stable_sort(changes_.begin(), changes_.end(),
                     [](const Change& a, const Change& b) { return a.begin < b.begin; });
    std::string result;
    std::size_t at = 0;
    for (const Change& change : changes_) {
        result += text_.substr(at, change.begin - at);
        result += change.text;
        at = change.end;
    }
    return result += text_.substr(at);
}

// The value at a place, or the last one on the way to it.
struct Way {
    std::vector<std::string> steps;
    std::vector<const Value*> values; // from the root on

    Way(const Value& root, std::string_view place) : steps(steps_of(place)), values{&root} {
        while (!complete()) {
            const Value* next = child(*values.back(), steps[values.size() - 1]);
            if (next == nullptr) return;
            values.push_back(next);
        }
    }
    bool complete() const { return values.size() == steps.size() + 1; }
    const Value& last() const { return *values.back(); }
    const Value* parent() const { return values.size() > 1 ? values[values.size() - 2] : nullptr; }

    // What is missing, as one member of the last object: its key, and the value inside all that lacks between.
    Member missing(std::string_view place, Value value) const {
        if (!last().is_object()) throw defect(place, "there is " + std::string(last().type_name()) + " on the way");
        for (std::size_t i = steps.size(); i-- > values.size();) {
            Value object = Value::object();
            object.set(steps[i], std::move(value));
            value = std::move(object);
        }
        return {steps[values.size() - 1], std::move(value), {}};
    }
};

} // namespace

std::string set_at(std::string_view text, std::string_view place, const Value& value) {
    Edit edit(text);
    const Way way(edit.root(), place);
    if (way.complete()) {
        edit.replace(way.last(), value, way.parent());
    } else {
        const Member member = way.missing(place, value);
        edit.add(way.last(), way.parent(), std::span(&member, 1));
    }
    return edit.take();
}

std::string append_at(std::string_view text, std::string_view place, std::span<const Value> elements) {
    Edit edit(text);
    const Way way(edit.root(), place);
    if (!way.complete()) return set_at(text, place, Value(Value::Array(elements.begin(), elements.end())));
    if (!way.last().is_array()) throw defect(place, "there is " + std::string(way.last().type_name()) + ", no array");
    std::vector<Member> items;
    for (const Value& element : elements)
        items.push_back({"", element, {}});
    edit.add(way.last(), way.parent(), items);
    return edit.take();
}

std::string prepend_at(std::string_view text, std::string_view place, const Value& element) {
    Edit edit(text);
    const Way way(edit.root(), place);
    if (!way.complete()) return set_at(text, place, Value(Value::Array{element}));
    if (!way.last().is_array()) throw defect(place, "there is " + std::string(way.last().type_name()) + ", no array");
    edit.put_first(way.last(), way.parent(), element);
    return edit.take();
}

std::string remove_at(std::string_view text, std::string_view place) {
    Edit edit(text);
    const Way way(edit.root(), place);
    if (!way.complete() || way.parent() == nullptr) throw defect(place, "there is nothing");
    edit.remove(*way.parent(), index_of(*way.parent(), way.steps.back()));
    return edit.take();
}

} // namespace codemate::json
