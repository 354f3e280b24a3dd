import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublisher;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.stream.Collectors;

/** java.net.http knows neither encoding: URLEncoder makes a form, and multipart/form-data is written by hand. */
class JavaHttpClient {
    static final String BASE = System.getenv("CONTACTS_BASE_URL");
    static final String ACCOUNT = System.getenv("CONTACTS_ACCOUNT");
    static final HttpClient CLIENT = HttpClient.newHttpClient();

    public static void main(String[] args) throws Exception {
        Map<String, String> contact = new LinkedHashMap<>();
        contact.put("FirstName", "Wíle 🐺");
        contact.put("LastName", "Coyote & Söhne + 100 %");
        contact.put("EmailAddress", "wile.coyote@example.com");
        contact.put("Accounts", "10000,10001");
        contact.put("Title", "Директор \"ACME\"; 部長");
        contact.put("Labels", "Główny,重要");
        Map<String, String> changes = new LinkedHashMap<>();
        changes.put("Title", "Präsident 社長");
        changes.put("LabelsAdd", "新");
        String contacts = BASE + "/Advertisers/" + ACCOUNT + "/Campaigns/1000/Contacts";
        String uri;
        if (args[0].equals("form")) {
            contact.put("ProfileImageUrl", "https://example.com/ü?a=b&c=d");
            uri = uri(send("POST", contacts, "application/x-www-form-urlencoded", form(contact)));
            send("PUT", uri, "application/x-www-form-urlencoded", form(changes));
        } else {
            contact.put("ProfileImageFile", "image.png");
            changes.put("ProfileImageFile", "image.gif");
            String type = "multipart/form-data; boundary=----WebKitFormBoundaryWile";
            uri = uri(send("POST", contacts, type, multipart(contact, "image.png", "Größe.png", Path.of(args[1]))));
            send("PUT", uri, type, multipart(changes, "image.gif", "image.gif", Path.of(args[2])));
            Files.write(Path.of(args[3]), send("GET", uri + "/ProfileImage", null, BodyPublishers.noBody()));
        }
        System.out.write(send("GET", uri, null, BodyPublishers.noBody()));
        System.out.flush();
    }

    static BodyPublisher form(Map<String, String> values) {
        return BodyPublishers.ofString(values.entrySet().stream()
                .map(e -> e.getKey() + "=" + URLEncoder.encode(e.getValue(), StandardCharsets.UTF_8))
                .collect(Collectors.joining("&")));
    }

    static BodyPublisher multipart(Map<String, String> values, String name, String filename, Path file) throws IOException {
        String line = "------WebKitFormBoundaryWile";
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        for (Map.Entry<String, String> e : values.entrySet()) {
            out.writeBytes((line + "\r\nContent-Disposition: form-data; name=\"" + e.getKey() + "\"\r\n\r\n" + e.getValue() + "\r\n")
                    .getBytes(StandardCharsets.UTF_8));
        }
        out.writeBytes((line + "\r\nContent-Disposition: form-data; name=\"" + name + "\"; filename=\"" + filename
                + "\"\r\nContent-Type: application/octet-stream\r\n\r\n").getBytes(StandardCharsets.UTF_8));
        out.writeBytes(Files.readAllBytes(file));
        out.writeBytes(("\r\n" + line + "--\r\n").getBytes(StandardCharsets.UTF_8));
        return BodyPublishers.ofByteArray(out.toByteArray());
    }

    static byte[] send(String method, String url, String type, BodyPublisher body) throws Exception {
        String credentials = ACCOUNT + ":" + System.getenv("CONTACTS_TOKEN");
        HttpRequest.Builder request = HttpRequest.newBuilder(URI.create(url)).method(method, body)
                .header("Authorization", "Basic " + Base64.getEncoder().encodeToString(credentials.getBytes(StandardCharsets.UTF_8)));
        if (type != null) {
            request.header("Content-Type", type);
        }
        HttpResponse<byte[]> response = CLIENT.send(request.build(), BodyHandlers.ofByteArray());
        if (response.statusCode() != 200) {
            throw new IOException(method + " " + url + ": " + response.statusCode() + " " + new String(response.body(), StandardCharsets.UTF_8));
        }
        return response.body();
    }

    static String uri(byte[] response) {
        return BASE + new String(response, StandardCharsets.UTF_8).replaceAll(".*\"Uri\":\"([^\"]*)\".*", "$1");
    }
}
