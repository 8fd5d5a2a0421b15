#include "lifecycle/check/rules.hpp"

#include "codemate/base/text.hpp"

#include <algorithm>
#include <array>
#include <map>
#include <set>

namespace codemate::lifecycle::check {
namespace {

bool is_digit(char c) {
    return c >= '0' && c <= '9';
}

// Tags move, all of them may; those that name no version, size or quantization are made to.
bool is_moving(const ModelName& name) {
    return std::none_of(name.tag().begin(), name.tag().end(), is_digit);
}

std::string upper(std::string_view text) {
    std::string result(text);
    for (char& c : result) {
        if (c >= 'a' && c <= 'z') c = static_cast<char>(c - 'a' + 'A');
    }
    return result;
}

// "Q4_0", "IQ2_XXS", "MXFP4", "F16", "BF16", "FP16": upper case.
bool is_quantization(std::string_view word) {
    constexpr std::array<std::string_view, 8> plain{"F16", "FP16", "BF16", "F32", "FP32", "FP8", "MXFP4", "NVFP4"};
    if (std::find(plain.begin(), plain.end(), word) != plain.end()) return true;
    if (word.starts_with("I")) word.remove_prefix(1);
    return word.size() > 3 && word[0] == 'Q' && is_digit(word[1]) && word[2] == '_';
}

// What stands in the tag is what the publisher says; the lock knows.
struct Known {
    std::string quantization;
    std::string_view by;
};

Known known_of(const Facts& facts, const ModelName& name, const manifest::Declared& declared) {
    const manifest::Locked* pin = locked(facts, name);
    if (pin != nullptr) return {pin->quantization, "by the lock"};
    if (declared.from) return {quantization_in_tag(*declared.from), "by the tag that its content comes from"};
    return {quantization_in_tag(name), "by its tag"};
}

} // namespace

std::string quantization_in_tag(const ModelName& name) {
    for (const std::string_view part : split(name.tag(), '-')) {
        const std::string word = upper(part);
        if (is_quantization(word)) return word.starts_with("FP") && word != "FP8" ? "F" + word.substr(2) : word;
    }
    return "";
}

bool same_quantization(std::string_view a, std::string_view b) {
    const auto plain = [](std::string_view word) {
        const std::string text = upper(word);
        return text == "FP16" || text == "FP32" ? "F" + text.substr(2) : text;
    };
    return plain(a) == plain(b);
}

void check_moving_tags(const Facts& facts, Findings& findings) {
    std::vector<ModelName> names = manifest::required_set(facts.manifest);
    std::set<ModelName, ServerOrder> known(names.begin(), names.end());
    std::map<ModelName, std::string, ServerOrder> first_roles;
    for (const std::string& role : facts.manifest.role_order) {
        const ModelName& name = facts.manifest.roles.at(role);
        first_roles.emplace(name, role);
        if (known.insert(name).second) names.push_back(name);
    }
    for (const ModelName& name : names) {
        const manifest::Declared* declared = facts.manifest.declared(name);
        const ModelName& asked = declared != nullptr && declared->from ? *declared->from : name;
        if (!is_moving(asked) || locked(facts, name) != nullptr) continue;
        const auto role = first_roles.find(name);
        const std::string place =
            role == first_roles.end() ? "/groups/default" : "/roles" + json::pointer_step(role->second);
        findings.push_back(
            {Severity::warning, Rule::moving_tag, name, place, false,
             asked.display() + " is a moving tag, and no digest is locked: it may be another model tomorrow",
             "`codemate lock` pins it"});
    }
}

void check_quantizations(const Facts& facts, Findings& findings) {
    const std::vector<std::string>& preferred = facts.manifest.preferred_quantizations;
    if (preferred.empty()) return;
    for (const auto& [name, declared] : facts.manifest.models) {
        const Known known = known_of(facts, name, declared);
        const bool fits = std::any_of(preferred.begin(), preferred.end(), [&](const std::string& wanted) {
            return same_quantization(wanted, known.quantization);
        });
        if (known.quantization.empty() || fits) continue;
        findings.push_back({Severity::warning, Rule::quantization, name, place_of(name), false,
                            "its quantization is " + printable(known.quantization, 60) + " " + std::string(known.by) +
                                ", the policy prefers " + printable(listed(preferred, "or")),
                            ""});
    }
}

} // namespace codemate::lifecycle::check
