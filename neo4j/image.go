package neo4j

// ImageHome is the server's folder in the official images.
const ImageHome = "/var/lib/neo4j"

// rootsUntil are the first patches whose official image another user than root can run, by line. Before, ImageHome is root's, and up to
// 3.1.3 the entry point knows a handful of variables only and lets a file below /conf replace what it made of them. Source:
// docker-neo4j-publish, the Dockerfiles of all Enterprise images from 3.1.0-M13-beta3 to 2026.06.0 and the entry points up to 4.4.22.
var rootsUntil = map[[2]int]int{{3, 1}: 8, {3, 2}: 9, {3, 3}: 4}

// RootsImage says whether only root can start the release's official image by its entry point. Members are never root: one of such a
// release gets the folders of ImageFolders and starts the server by the image's own commands.
func (r Release) RootsImage() bool {
	return r.Patch < rootsUntil[[2]int{r.Major, r.Minor}]
}

// ImageFolders are the folders below ImageHome that a server writes and the release's image keeps to root; none where any user may
// write there. Data and logs are volumes in every release.
func (r Release) ImageFolders() []string {
	if !r.RootsImage() {
		return nil
	}
	return []string{"certificates", "conf", "metrics", "run"}
}

// WrittenFolders are the folders below ImageHome that an image or its server writes in every release: the entry points copy the
// configuration there; 3.x makes a certificate of its own where it finds none; Enterprise writes metrics as CSV; run has the process's id.
func (r Release) WrittenFolders() []string {
	if r.Major == 3 {
		return []string{"certificates", "conf", "metrics", "run"}
	}
	return []string{"conf", "metrics", "run"}
}

// LinksCertificates says whether the entry point puts a link to a mounted /ssl in the place of the home's certificates, which needs the home
// to be writable; those of 3.x write a setting.
func (r Release) LinksCertificates() bool { return r.Major > 3 }

// ImageMounts are the settings that the entry points of 3.x write where the image or a volume has the folder.
var ImageMounts = []Setting{
	{"dbms.directories.certificates", "/ssl"}, {"dbms.directories.import", "/import"}, {"dbms.directories.metrics", "/metrics"},
	{"dbms.directories.plugins", "/plugins"},
}
