package slacktest

import "strings"

// The words generated workspaces are made of. They are read only.

var firstNames = strings.Fields(`Ada Alan Amélie Anders Aoife Astrid Bartosz Beatriz Björn Carlos Chiara Chloé
Dmitri Эдуард Eilidh Elif Emil Ewa Fatima Finn François Gaël Giulia Grace Hana Håkon Hiroshi Ines Ingrid Ivana
Jakub Jana João Jonas José Julia Kaito Kavya Kofi Lars Leila Liam Linh Łukasz Mads Maja Marek María Mateo Mei
Mikołaj Mina Miriam Nadia Naoko Niamh Nia Nikolai Noor Núria Olga Oliver Omar Øystein Paula Priya Quentin Rafael
Renée Rosa Ruth Samuel Sanna Sara Søren Sofía Tariq Tomáš Uma Valentina Vera Wei Xavier Yara Yusuf Zara Zoë 陽子 태희 محمد`)

var lastNames = strings.Fields(`Abara Ahmed Andersen Arslan Bakker Barros Bauer Bianchi Björklund Brown Castro Chen
Çelik Cohen Costa Dąbrowski Dubois Dvořák Eriksen Fernández Fischer Fontaine García Gruber Haddad Hansen Horváth
Ibrahim Ivanova Jensen Johansson Kaya Kim Kobayashi Kovač Kowalska Larsen Lefèvre Lindqvist López MacLeod Mäkinen
Martín Mbeki Meyer Moreau Müller Murphy Nakamura Nguyễn Novák Núñez O'Brien Okafor Oliveira Øverland Papadopoulos
Patel Pereira Petrov Popescu Quinn Rahman Reyes Ricci Rossi Santos Schäfer Schmidt Silva Singh Smith Sørensen
Suzuki Takahashi Tan Torres Tremblay Ünal Varga Vermeulen Virtanen Wagner Walsh Weber Wójcik Wong Yamamoto Yılmaz Żak 李 김`)

var titles = []string{
	"Software Engineer", "Senior Software Engineer", "Staff Engineer", "Product Manager", "Product Designer",
	"Data Scientist", "Account Executive", "Customer Success Manager", "Head of Finance", "Recruiter",
	"Site Reliability Engineer", "Technical Writer", "Engineering Manager", "Support Specialist", "Legal Counsel", "",
}

var statuses = []struct{ text, emoji string }{
	{"In a meeting", ":calendar:"}, {"Commuting", ":bus:"}, {"Out sick", ":face_with_thermometer:"},
	{"Vacationing until Monday", ":palm_tree:"}, {"Working remotely", ":house_with_garden:"},
	{"Heads down, back at 3", ":no_entry:"}, {"Mittagspause – bis gleich", ":bread:"},
}

var channelThemes = strings.Fields(`team proj help ops announce social release incident customer feedback
research design sales hiring office infra data mobile web security`)

var channelTopics = strings.Fields(`apollo atlas aurora beacon birch cedar cobalt comet coral delta ember falcon
fjord garnet harbor iris juniper kestrel lagoon lotus maple mercury nebula nova onyx orchid osprey pearl quartz
raven river saffron sierra summit tango tundra umber vega willow zephyr`)

var phrases = []string{
	"Good morning everyone", "The build is green again", "Can somebody review my change before lunch?",
	"I moved the meeting to 15:30, the room stays the same", "Thanks, that fixed it!",
	"The deploy to staging finished, I will watch the dashboards for the next half hour and report back here",
	"Who owns the export job? It has been failing since last night and the customer noticed",
	"Numbers for the week are in the sheet, comments welcome until Thursday",
	"+1", "Lunch?", "Does anyone remember why we pinned that version?", "Servus, bin ab jetzt wieder erreichbar",
	"お疲れ様です。資料を更新しました", "Quick reminder that the office is closed on Monday",
	"I wrote down what we agreed on so that it does not get lost, please correct what I misunderstood and add what is missing",
	"Reproduced it: it only happens when the list is empty & the cache is cold", "Looking into it now",
	"We should not ship this on a Friday", "Moved to the other thread", "Shipping it :ship:",
}

var zones = []*zone{
	{"America/Los_Angeles", "Pacific Daylight Time", -25200}, {"America/New_York", "Eastern Daylight Time", -14400},
	{"Europe/London", "British Summer Time", 3600}, {"Europe/Berlin", "Central European Summer Time", 7200},
	{"Asia/Kolkata", "India Standard Time", 19800}, {"Asia/Tokyo", "Japan Standard Time", 32400},
	{"Australia/Sydney", "Australian Eastern Standard Time", 36000}, {"America/Sao_Paulo", "Brasilia Standard Time", -10800},
}

var locales = []string{"en-US", "en-GB", "de-DE", "es-ES", "fr-FR", "ja-JP", "pt-BR"}

var colors = []string{"9f69e7", "4bbe2e", "e7392d", "3c989f", "674b1b", "e96699", "e0a729", "684b6c", "5b89d5", "2b6836", "99a949", "df3dc0"}

var reactionNames = []string{"thumbsup", "eyes", "tada", "white_check_mark", "heart", "rocket", "party_parrot", "pray"}

// folding takes the accents off Latin letters, which is how the *_normalized
// names come about. Other scripts stay as they are.
var folding = strings.NewReplacer(
	"á", "a", "à", "a", "â", "a", "ä", "a", "ã", "a", "å", "a", "ą", "a", "ç", "c", "č", "c", "ć", "c", "é", "e", "è", "e",
	"ê", "e", "ë", "e", "ę", "e", "ě", "e", "ễ", "e", "í", "i", "ï", "i", "ı", "i", "ł", "l", "ń", "n", "ñ", "n", "ó", "o",
	"ô", "o", "ö", "o", "õ", "o", "ø", "o", "ř", "r", "š", "s", "ś", "s", "ú", "u", "ü", "u", "û", "u", "ý", "y", "ž", "z",
	"ż", "z", "ź", "z", "Á", "A", "Å", "A", "Ä", "A", "Ç", "C", "É", "E", "Ł", "L", "Ñ", "N", "Ó", "O", "Ö", "O", "Ø", "O",
	"Š", "S", "Ü", "U", "Ž", "Z", "Ż", "Z",
)

func fold(s string) string { return folding.Replace(s) }
