#Requires -Version 5.1
<#
.SYNOPSIS
The guide's second door: commit, push, verify the bot, restart it if it stopped.
.DESCRIPTION
Finds a Python that has vigie and hands everything over to its "ship" command. This file is pure ASCII, because
Windows PowerShell 5.1 reads a script without a byte order mark in the code page of the machine.
.PARAMETER Message
The commit message; without it, one is written from the names of the files.
.PARAMETER Files
The files to commit, "a.py,b.py" or a list; without it, every changed file.
.PARAMETER Project
The folder of the bot; without it, the one this file lies in.
.PARAMETER Lang
fr or en; French without it.
.PARAMETER Json
Prints one JSON object instead of lines.
.PARAMETER Quiet
Prints only problems.
.EXAMPLE
.\commit_and_restart.ps1 -Message "feat: New feature" -Files "commands.py,point_system.py"
#>
[CmdletBinding(PositionalBinding = $false)]
param(
    [string]$Message,
    [string[]]$Files,
    [string]$Project,
    [string]$Lang,
    [switch]$Json,
    [switch]$Quiet
)

# Whatever the caller prefers, a line on stderr or an exit code of Python is no exception here.
Set-StrictMode -Off
$ErrorActionPreference = 'Continue'
$PSNativeCommandUseErrorActionPreference = $false

# Every character as \uXXXX: ConvertTo-Json of 5.1 wraps some strings and lists into objects.
function Format-Json($Value) {
    if ($null -eq $Value) { return 'null' }
    if ($Value -is [bool]) { return $Value.ToString().ToLowerInvariant() }
    if ($Value -is [array]) { return '[' + (@($Value | ForEach-Object { Format-Json $_ }) -join ',') + ']' }
    return '"' + (@([char[]][string]$Value | ForEach-Object { '\u{0:x4}' -f [int]$_ }) -join '') + '"'
}

function Get-Candidate {
    foreach ($root in @($Project, $PSScriptRoot)) {
        foreach ($folder in @('.venv', 'venv', 'env')) {
            foreach ($program in @('Scripts/python.exe', 'bin/python')) {
                if (-not $root) { continue }
                $path = [System.IO.Path]::Combine($root, $folder, $program)
                if (Test-Path -LiteralPath $path -PathType Leaf) { (Resolve-Path -LiteralPath $path).ProviderPath }
            }
        }
    }
    foreach ($name in @('python', 'python3', 'py')) {
        Get-Command -Name $name -CommandType Application -All -ErrorAction SilentlyContinue |
            ForEach-Object { $_.Path }
    }
}

# -P keeps a bot's own logging.py from passing for the standard library's; a Python before 3.11 refuses it.
$source = [System.IO.Path]::Combine($PSScriptRoot, 'src')
$ask = 'import sys; sys.path.append(sys.argv[1]); import vigie.cli.main'
$run = "import sys; sys.path.append(sys.argv[1]); from vigie.cli.main import main; " +
    "sys.exit(main(['ship', '--request', sys.argv[2]], door='commit_and_restart'))"

# Tried, not believed: the python.exe of WindowsApps only advertises the Store (exit code 9009).
function Test-Vigie([string]$Python, [string[]]$Launcher) {
    $global:LASTEXITCODE = 1
    try { & $Python @Launcher -P -c $ask $source > $null 2> $null } catch { return $false }
    return $LASTEXITCODE -eq 0
}

$python = $null
$launcher = @()
foreach ($candidate in @(Get-Candidate)) {
    $launcher = @()
    if ([System.IO.Path]::GetFileNameWithoutExtension($candidate) -eq 'py') { $launcher = @('-3') }
    if (Test-Vigie $candidate $launcher) {
        $python = $candidate
        break
    }
}

if (-not $python) {
    $found = 'Le paquet vigie est introuvable; il demande Python 3.11 ou plus. / ' +
        'The vigie package was not found; it needs Python 3.11 or newer.'
    $advice = 'python -m pip install FOLDER-OF-VIGIE'
    [Console]::Error.WriteLine("[ERROR] $found")
    [Console]::Error.WriteLine("[INFO] $advice")
    $problem = '{"code":"vigie-not-found","message":' + (Format-Json $found) + ',"hint":' + (Format-Json $advice) + '}'
    if ($Json) { '{"error":' + $problem + '}' }
    exit 1
}

$text = $null
if ($PSBoundParameters.ContainsKey('Message')) { $text = $Message }
$list = $null
if ($PSBoundParameters.ContainsKey('Files')) {
    # An empty list is somebody's mistake; it must not come to mean every changed file.
    $list = @($Files | Where-Object { $_ })
    if ($list.Count -eq 0) { $list = @('') }
}
$folder = $null
if ($Project) { $folder = $Project }
$language = $null
if ($Lang) { $language = $Lang }
$body = '{"message":' + (Format-Json $text) + ',"files":' + (Format-Json $list) +
    ',"project":' + (Format-Json $folder) + ',"beside":' + (Format-Json $PSScriptRoot) +
    ',"lang":' + (Format-Json $language) +
    ',"json":' + (Format-Json ([bool]$Json)) + ',"quiet":' + (Format-Json ([bool]$Quiet)) + '}'

$utf8 = New-Object System.Text.UTF8Encoding($false)
$before = $null
$request = $null
$code = 1
try {
    # Without a console there is no code page to set, and nothing is lost.
    try {
        $before = [Console]::OutputEncoding
        [Console]::OutputEncoding = $utf8
    } catch { $before = $null }
    # By file, never as an argument: 5.1 loses the double quotes inside an argument (PowerShell#1995).
    $request = [System.IO.Path]::GetTempFileName()
    [System.IO.File]::WriteAllText($request, $body, $utf8)
    # -X utf8 rather than PYTHONUTF8, which the restarted bot would inherit.
    & $python @launcher -P -X utf8 -c $run $source $request
    $code = $LASTEXITCODE
} finally {
    if ($request) { Remove-Item -LiteralPath $request -Force -ErrorAction SilentlyContinue }
    if ($before) { try { [Console]::OutputEncoding = $before } catch { $before = $null } }
}
exit $code
