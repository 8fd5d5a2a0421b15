#include "download/journal.hpp"

#include "codemate/base/text.hpp"

#include <array>
#include <charconv>

namespace codemate::download {
namespace {

constexpr std::size_t sum_digits = 8;
constexpr std::string_view format = "codemate-download-1";
constexpr std::uint64_t most_blocks = std::uint64_t{1} << 32U; // of a line that lies

std::string sum_of(std::string_view text) {
    return Digest::of(text).hex().substr(0, sum_digits);
}

std::string line(const std::string& text) {
    return sum_of(text) + ' ' + text + '\n';
}

std::optional<std::uint64_t> number(std::string_view text, int base = 10) {
    std::uint64_t value = 0;
    const auto [end, problem] = std::from_chars(text.data(), text.data() + text.size(), value, base);
    if (problem != std::errc{} || end != text.data() + text.size()) return std::nullopt;
    return value;
}

std::string word_of(const std::string& boot) {
    return boot.empty() ? "-" : boot;
}

std::optional<JournalHead> parse_head(const std::vector<std::string_view>& words) {
    if (words.size() != 6 || words[0] != format) return std::nullopt;
    const auto digest = Digest::parse(words[1]);
    const auto size = number(words[2]), block = number(words[3]), inode = number(words[4]);
    if (!digest || !size || !block || *block == 0 || !inode || *size / *block >= most_blocks) return std::nullopt;
    return JournalHead{*digest, *size, *block, *inode, words[5] == "-" ? "" : std::string(words[5])};
}

std::optional<ResumableSha256::Midstate> parse_midstate(const std::vector<std::string_view>& words) {
    if (words.size() != 10) return std::nullopt;
    ResumableSha256::Midstate midstate;
    const auto length = number(words[1]);
    if (!length || *length % 64 != 0) return std::nullopt;
    midstate.length = *length;
    for (std::size_t i = 0; i < midstate.hash.size(); ++i) {
        const auto part = number(words[2 + i], 16);
        if (!part || *part > UINT32_MAX) return std::nullopt;
        midstate.hash[i] = static_cast<std::uint32_t>(*part);
    }
    return midstate;
}

std::string hex(std::uint32_t value) {
    std::array<char, 8> digits{};
    const auto [end, problem] = std::to_chars(digits.data(), digits.data() + digits.size(), value, 16);
    return {digits.data(), static_cast<std::size_t>(end - digits.data())};
}

class Parser {
public:
    explicit Parser(std::string_view boot) : boot_(boot) {}

    void add(std::string_view text) {
        if (text.size() <= sum_digits || text[sum_digits] != ' ') return;
        const std::string_view said = text.substr(sum_digits + 1);
        if (sum_of(said) != text.substr(0, sum_digits)) return;
        const std::vector<std::string_view> words = split(said, ' ');
        if (words[0] == "b" && words.size() == 2) return add_block(words[1]);
        if (words[0] == "h") return add_hash(words);
        if (const auto head = parse_head(words)) add_head(*head);
    }

    std::optional<Journal> result() {
        if (!journal_ || contradicts_) return std::nullopt;
        if (!of_this_boot()) journal_->hashed = ResumableSha256::initial();
        return std::move(journal_);
    }

private:
    bool of_this_boot() const { return !boot_.empty() && journal_->head.boot == boot_; }

    void add_head(const JournalHead& head) {
        if (!journal_) {
            journal_.emplace(
                Journal{head, std::vector<bool>(head.size / head.block + (head.size % head.block ? 1 : 0))});
            return;
        }
        JournalHead same = head;
        same.boot = journal_->head.boot;
        if (same != journal_->head) contradicts_ = true;
        if (head.boot == journal_->head.boot && !head.boot.empty()) return;
        journal_->head.boot = head.boot;
        journal_->hashed = ResumableSha256::initial();
    }

    void add_block(std::string_view text) {
        const auto block = number(text);
        if (journal_ && block && *block < journal_->there.size()) journal_->there[*block] = true;
    }

    void add_hash(const std::vector<std::string_view>& words) {
        const auto midstate = parse_midstate(words);
        if (journal_ && midstate && midstate->length % journal_->head.block == 0 &&
            midstate->length <= journal_->head.size)
            journal_->hashed = *midstate;
    }

    std::string_view boot_;
    std::optional<Journal> journal_;
    bool contradicts_ = false;
};

} // namespace

std::string head_line(const JournalHead& head) {
    return line(std::string(format) + ' ' + head.digest.text() + ' ' + std::to_string(head.size) + ' ' +
                std::to_string(head.block) + ' ' + std::to_string(head.inode) + ' ' + word_of(head.boot));
}

std::string block_line(std::uint64_t block) {
    return line("b " + std::to_string(block));
}

std::string hash_line(const ResumableSha256::Midstate& midstate) {
    std::string text = "h " + std::to_string(midstate.length);
    for (const std::uint32_t part : midstate.hash)
        text += ' ' + hex(part);
    return line(text);
}

std::optional<Journal> parse_journal(std::string_view text, std::string_view boot) {
    Parser parser(boot);
    for (const std::string_view each : split(text, '\n'))
        parser.add(each);
    return parser.result();
}

} // namespace codemate::download
