# Reads the module table, then one file name a line from standard input, and reports every include that the table does
# not allow as "file:line: why". Plain awk: it runs where nothing has been installed or built yet.

BEGIN {
    problems = checked = 0
    read_system_headers()
    read_table()
    while ((getline file < "-") > 0) check_file(file)
    check_folders()
    if (checked == 0) complain("no source files found")
    if (problems > 0) {
        print problems " violation(s) of the module table in " table
        exit 1
    }
    print "layering: " checked " files agree with the module table"
}

function complain(text) {
    print text
    ++problems
}

# Headers that are no library of ours: C++ (no dot in the name, decided elsewhere), POSIX, Linux, the compiler's.
function read_system_headers(    names, count, i) {
    count = split("aio arpa/inet dirent dlfcn errno fcntl fnmatch ftw getopt glob grp ifaddrs langinfo libgen locale net/if netdb " \
                  "netinet/in netinet/tcp poll pthread pwd sched semaphore signal spawn strings syslog termios unistd " \
                  "wordexp cpuid immintrin", names, " ")
    for (i = 1; i <= count; ++i) system_header[names[i] ".h"] = 1
}

function is_system(name) {
    return name !~ /[.\/]/ || name in system_header || name ~ /^(sys|linux)\/[a-z0-9_-]+\.h$/
}

# --- the table --------------------------------------------------------------------------------------------------------

function read_table(    line, cells, inside, found) {
    inside = found = 0
    while ((getline line < table) > 0) {
        if (line ~ /^\| *floor *\| *module *\|.*\| *may use *\|/) {
            inside = found = 1
        } else if (inside && line !~ /^\|/) {
            inside = 0
        } else if (inside && line !~ /^\| *---/) {
            split(line, cells, "|")
            read_row(code_words(cells[3]), cells[5], cells[6])
        }
    }
    close(table)
    if (!found) complain(table ": no module table found")
}

# What stands in backticks in a cell, with a space before and after each.
function code_words(cell,    words) {
    words = " "
    while (match(cell, /`[^`]*`/)) {
        words = words substr(cell, RSTART + 1, RLENGTH - 2) " "
        cell = substr(cell, RSTART + RLENGTH)
    }
    return words
}

function read_row(name, use_cell, library_cell,    words, count, i) {
    gsub(/ /, "", name)
    if (name == "") {
        complain(table ": a row without a module")
        return
    }
    modules[name] = 1
    uses[name] = use_cell ~ /^ *all *$/ ? "all" : " base" code_words(use_cell)
    only_in[name] = " "
    count = split(code_words(library_cell), words, " ")
    for (i = 1; i <= count; ++i) {
        if (words[i] ~ /^<.*>$/) owner[substr(words[i], 2, length(words[i]) - 2)] = name
        else only_in[name] = only_in[name] words[i] " "
    }
}

# --- the sources ------------------------------------------------------------------------------------------------------

# "src/http/url.cpp" and "include/codemate/http/url.hpp" belong to http, "tests/sandbox/api.cpp" to tests/sandbox.
function module_of(file,    parts) {
    split(file, parts, "/")
    if (parts[1] == "include") return parts[2] == "codemate" && parts[4] != "" ? parts[3] : ""
    if (parts[1] == "src") return parts[3] != "" ? parts[2] : ""
    return parts[1] "/" parts[2]
}

function check_file(file,    module, line, number, name) {
    module = module_of(file)
    if (!(module in modules)) {
        complain(file ": its folder is no module of the table")
        return
    }
    seen[module] = 1
    ++checked
    if (module == "lifecycle") check_place(file)
    number = 0
    while ((getline line < file) > 0) {
        ++number
        if (line !~ /^[ \t]*#[ \t]*include[ \t]*[<"]/) continue
        name = line
        sub(/^[^<"]*[<"]/, "", name)
        sub(/[>"].*$/, "", name)
        if (line ~ /^[^<"]*</) check_library(file ":" number, file, module, name)
        else check_own(file ":" number, file, module, name)
    }
    close(file)
}

function check_library(place, file, module, name,    prefix, within) {
    if (is_system(name)) return
    if (file ~ /^include\//) {
        complain(place ": third-party header <" name "> in include/")
        return
    }
    prefix = name
    if (name ~ /\//) sub(/\/.*$/, "/", prefix)
    within = substr(file, length(module ~ /\// ? module : "src/" module) + 2) # "parse.cpp" of "src/cli/parse.cpp"
    if (!(prefix in owner)) {
        complain(place ": <" name "> is a library of no module")
    } else if (owner[prefix] != module) {
        complain(place ": " module " may not include <" name ">, only " owner[prefix] " may")
    } else if (only_in[module] != " " && index(only_in[module], " " within " ") == 0) {
        complain(place ": within " module " only" only_in[module] "may include <" name ">")
    }
}

function check_own(place, file, module, name,    parts, folder) {
    split(name, parts, "/")
    if (parts[1] == "codemate") {
        check_use(place, module, parts[2], name)
        if (module == "lifecycle" && parts[2] == "lifecycle") check_use_case(place, file, parts[3], name)
        return
    }
    folder = module
    sub(/^.*\//, "", folder) # tests/sandbox includes its own headers as "sandbox/x.hpp"
    if (file ~ /^include\//) complain(place ": a public header includes \"" name "\", which is not public")
    else if (parts[1] != folder) complain(place ": " module " may not include \"" name "\", a private header of another module")
    else if (module == "lifecycle") check_use_case(place, file, parts[2], name)
}

# A row may allow a whole module, or one header of it: "ollama/types.hpp".
function check_use(place, module, used, name,    header) {
    header = substr(name, length("codemate/") + 1)
    if (!(used in modules)) complain(place ": \"" name "\" is of no module of the table")
    else if (used != module && uses[module] != "all" && index(uses[module], " " used " ") == 0 &&
             index(uses[module], " " header " ") == 0)
        complain(place ": " module " may not use " used " (\"" name "\")")
}

# --- use cases stand alone --------------------------------------------------------------------------------------------

# "src/lifecycle/pull/plan.cpp", "include/codemate/lifecycle/pull.hpp" → "pull"
function use_case_of(path) {
    sub(/^.*lifecycle\//, "", path)
    sub(/[\/.].*$/, "", path)
    return path
}

function check_place(file) {
    if (file ~ /^src\/lifecycle\/[^\/]*$/) complain(file ": beside the folders of the use cases")
}

function check_use_case(place, file, other, name) {
    sub(/\.hpp$/, "", other)
    if (other != use_case_of(file))
        complain(place ": use case " use_case_of(file) " may not include another one (\"" name "\")")
}

function check_folders(    module) {
    for (module in modules)
        if (!(module in seen)) complain(table ": module " module " has no sources")
}
